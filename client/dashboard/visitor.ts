/** The visitor of the dashboard: their access on the server, and the token if they signed in. */
import { Events } from '../sdk/events.js';
import { ApiError, requestJson, browserFetch, type Access, type RequestOptions, type Fetch } from './api.js';

const KEY = 'livegenre.token';
/** A token for sockets lasts 10 minutes; one is used for so long. */
const SOCKET_TOKEN_MS = 540_000;

/** The methods of sessionStorage that are used; they throw if the browser blocks storage. */
export type TokenStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export class Visitor extends Events<{ change: Access }> {
  readonly #fetch: Fetch;
  readonly #storage: () => TokenStorage;
  #token: string | undefined;
  #access: Access = 'view';
  #hasHistory = true;
  #hasLibrary = false;
  #maxFileBytes = Infinity;
  /** For sockets, and when it was asked for. */
  #socketToken: { readonly token: Promise<string | undefined>; readonly atMs: number } | undefined;

  constructor(fetch: Fetch = browserFetch, storage: () => TokenStorage = () => sessionStorage) {
    super();
    this.#fetch = fetch;
    this.#storage = storage;
    try {
      this.#token = storage().getItem(KEY) ?? undefined;
    } catch {
      // Storage is blocked: a token lasts until the page is closed.
    }
  }

  get access(): Access { return this.#access; }

  get canManage(): boolean { return this.#access === 'manage'; }

  get canSend(): boolean { return this.#access === 'send' || this.#access === 'manage'; }

  /** True if the server stores history and alerts. */
  get hasHistory(): boolean { return this.#hasHistory; }

  /** True if the server has a library of music. */
  get hasLibrary(): boolean { return this.#hasLibrary; }

  /** Maximum size of a file that is sent. */
  get maxFileBytes(): number { return this.#maxFileBytes; }

  /** The token, for requests that `request` can't make. */
  get token(): string | undefined { return this.#token; }

  /** True if signed in with a token. */
  get hasToken(): boolean { return this.#token !== undefined; }

  /** Loads what this visitor may do; a token that does not count is deleted. */
  async refresh(): Promise<void> {
    const { may, isSignedIn } = await this.#accessWith(this.#token);
    if (!isSignedIn) this.#deleteToken();
    this.#setAccess(may);
  }

  /**
   * @returns false if the token is wrong
   * @throws if the server can't be reached or answers with an error
   */
  async signIn(token: string): Promise<boolean> {
    const { may, isSignedIn } = await this.#accessWith(token);
    if (!isSignedIn) return false;
    this.#token = token;
    this.#socketToken = undefined;
    try {
      this.#storage().setItem(KEY, token);
    } catch {
      // Storage is blocked: the token lasts until the page is closed.
    }
    this.#setAccess(may);
    return true;
  }

  /**
   * A short-lived token for a WebSocket, since browsers can't send a header with it; undefined without a token.
   * @throws if the server can't be reached
   */
  async socketToken(nowMs = Date.now()): Promise<string | undefined> {
    if (this.#token === undefined) return undefined;
    if (this.#socketToken === undefined || !(nowMs - this.#socketToken.atMs >= 0 && nowMs - this.#socketToken.atMs < SOCKET_TOKEN_MS)) {
      this.#socketToken = { token: this.request('v1/tokens/signed', { method: 'POST', body: {} }).then((answer) => (answer as { token: string }).token), atMs: nowMs };
    }
    try {
      return await this.#socketToken.token;
    } catch (error) {
      this.#socketToken = undefined;
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      // The token was revoked.
      await this.refresh();
      return undefined;
    }
  }

  async signOut(): Promise<void> {
    this.#deleteToken();
    await this.refresh();
  }

  /** Sends a JSON request with the visitor's token. @throws ApiError for an error status */
  request(path: string, options: RequestOptions = {}): Promise<unknown> {
    return requestJson(path, this.#fetch, { ...options, ...(this.#token !== undefined && { token: this.#token }) });
  }

  /** Sends a GET request with the visitor's token. @returns the raw response, whatever its status */
  fetch(path: string, signal?: AbortSignal): Promise<Response> {
    return this.#fetch(path, { ...(signal && { signal }), ...(this.#token !== undefined && { token: this.#token }) });
  }

  async #accessWith(token: string | undefined): Promise<{ readonly may: Access; readonly isSignedIn: boolean }> {
    const { may, isSignedIn, history, library, maxFileBytes } = await requestJson('v1/access', this.#fetch, token === undefined ? {} : { token }) as { may: Access; isSignedIn?: boolean; history?: boolean; library?: boolean; maxFileBytes?: number };
    this.#hasHistory = history !== false;
    this.#hasLibrary = library === true;
    this.#maxFileBytes = maxFileBytes ?? Infinity;
    return { may, isSignedIn: isSignedIn === true };
  }

  #deleteToken(): void {
    this.#token = this.#socketToken = undefined;
    try {
      this.#storage().removeItem(KEY);
    } catch {
      // Storage is blocked: nothing was stored.
    }
  }

  #setAccess(access: Access): void {
    this.#access = access;
    this.emit('change', access);
  }
}
