/** Who looks at the page: what the server lets them do, and the admin token if they gave one. */
import { Events } from '../sdk/events.js';
import { requestJson, browserFetch, type Access, type RequestOptions, type Fetch } from './api.js';

const KEY = 'livegenre.token';

/** The part of sessionStorage that is used; it throws where a browser forbids it. */
export type TokenStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export class Visitor extends Events<{ change: Access }> {
  readonly #fetch: Fetch;
  readonly #storage: () => TokenStorage;
  #token: string | undefined;
  #access: Access = 'view';
  #hasHistory = true;

  constructor(fetch: Fetch = browserFetch, storage: () => TokenStorage = () => sessionStorage) {
    super();
    this.#fetch = fetch;
    this.#storage = storage;
    try {
      this.#token = storage().getItem(KEY) ?? undefined;
    } catch {
      // storage is blocked: a token lasts until the page is closed
    }
  }

  get access(): Access { return this.#access; }

  get canManage(): boolean { return this.#access === 'manage'; }

  get canSend(): boolean { return this.#access !== 'view'; }

  /** The server keeps history and alerts; else there is nothing to ask for. */
  get hasHistory(): boolean { return this.#hasHistory; }

  /** Signed in with a token. */
  get hasToken(): boolean { return this.#token !== undefined; }

  /** Asks what this visitor may do; a token that does not count, or no longer, is forgotten. */
  async refresh(): Promise<void> {
    const access = await this.#accessWith(this.#token);
    if (access !== 'manage') this.#forget();
    this.#setAccess(access);
  }

  /**
   * @returns false where the token is not the right one
   * @throws where the server can't be asked
   */
  async signIn(token: string): Promise<boolean> {
    if (await this.#accessWith(token) !== 'manage') return false;
    this.#token = token;
    try {
      this.#storage().setItem(KEY, token);
    } catch {
      // storage is blocked: it lasts until the page is closed
    }
    this.#setAccess('manage');
    return true;
  }

  async signOut(): Promise<void> {
    this.#forget();
    await this.refresh();
  }

  /** Asks the server as this visitor. @throws ApiError when it says no */
  request(path: string, options: RequestOptions = {}): Promise<unknown> {
    return requestJson(path, this.#fetch, { ...options, ...(this.#token !== undefined && { token: this.#token }) });
  }

  /** Asks for what is no JSON, as this visitor. @returns whatever the server answers */
  fetch(path: string, signal: AbortSignal): Promise<Response> {
    return this.#fetch(path, { signal, ...(this.#token !== undefined && { token: this.#token }) });
  }

  async #accessWith(token: string | undefined): Promise<Access> {
    const { may, history } = await requestJson('v1/access', this.#fetch, token === undefined ? {} : { token }) as { may: Access; history?: boolean };
    this.#hasHistory = history !== false;
    return may;
  }

  #forget(): void {
    this.#token = undefined;
    try {
      this.#storage().removeItem(KEY);
    } catch {
      // storage is blocked: nothing was kept there
    }
  }

  #setAccess(access: Access): void {
    this.#access = access;
    this.emit('change', access);
  }
}
