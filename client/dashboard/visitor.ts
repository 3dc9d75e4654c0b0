/** Who looks at the page: what the server lets them do, and the admin token if they gave one. */
import { Events } from '../sdk/events.js';
import { ask, browserFetch, type Access, type Asked, type Fetch } from './api.js';

const KEY = 'livegenre.token';

/** The part of sessionStorage that is used; it throws where a browser forbids it. */
export type TokenKeeper = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export class Visitor extends Events<{ change: Access }> {
  readonly #fetch: Fetch;
  readonly #keeper: () => TokenKeeper;
  #token: string | undefined;
  #may: Access = 'view';
  #keepsHistory = true;

  constructor(fetch: Fetch = browserFetch, keeper: () => TokenKeeper = () => sessionStorage) {
    super();
    this.#fetch = fetch;
    this.#keeper = keeper;
    try {
      this.#token = keeper().getItem(KEY) ?? undefined;
    } catch {
      // storage is blocked: a token lasts until the page is closed
    }
  }

  get may(): Access { return this.#may; }

  get mayManage(): boolean { return this.#may === 'manage'; }

  get maySend(): boolean { return this.#may !== 'view'; }

  /** The server keeps history and alerts; else there is nothing to ask for. */
  get keepsHistory(): boolean { return this.#keepsHistory; }

  /** Signed in with a token. */
  get hasToken(): boolean { return this.#token !== undefined; }

  /** Asks what this visitor may do; a token that does not count, or no longer, is forgotten. */
  async look(): Promise<void> {
    const may = await this.#accessWith(this.#token);
    if (may !== 'manage') this.#forget();
    this.#enter(may);
  }

  /**
   * @returns false where the token is not the right one
   * @throws where the server can't be asked
   */
  async signIn(token: string): Promise<boolean> {
    if (await this.#accessWith(token) !== 'manage') return false;
    this.#token = token;
    try {
      this.#keeper().setItem(KEY, token);
    } catch {
      // storage is blocked: it lasts until the page is closed
    }
    this.#enter('manage');
    return true;
  }

  async signOut(): Promise<void> {
    this.#forget();
    await this.look();
  }

  /** Asks the server as this visitor. @throws Refusal when it says no */
  ask(path: string, asked: Asked = {}): Promise<unknown> {
    return ask(path, this.#fetch, { ...asked, ...(this.#token !== undefined && { token: this.#token }) });
  }

  /** Asks for what is no JSON, as this visitor. @returns whatever the server answers */
  open(path: string, signal: AbortSignal): Promise<Response> {
    return this.#fetch(path, { signal, ...(this.#token !== undefined && { token: this.#token }) });
  }

  async #accessWith(token: string | undefined): Promise<Access> {
    const { may, history } = await ask('v1/access', this.#fetch, token === undefined ? {} : { token }) as { may: Access; history?: boolean };
    this.#keepsHistory = history !== false;
    return may;
  }

  #forget(): void {
    this.#token = undefined;
    try {
      this.#keeper().removeItem(KEY);
    } catch {
      // storage is blocked: nothing was kept there
    }
  }

  #enter(may: Access): void {
    this.#may = may;
    this.emit('change', may);
  }
}
