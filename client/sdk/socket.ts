/** The subset of WebSocket that the SDK uses; satisfied by browsers, `ws` and Node 22's own. */

// `any` because each implementation has its own event types; the handlers narrow what they use.
export interface Socket {
  binaryType: string;
  readonly readyState: number;
  /** Bytes passed to `send` and not sent yet. */
  readonly bufferedAmount: number;
  onopen: ((event: any) => void) | null;
  onmessage: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null;
  onerror: ((event: any) => void) | null;
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
  /** `ws` only: Node's event emitter, for HTTP answers other than an upgrade. */
  on?(event: 'unexpected-response', listener: (request: any, response: any) => void): unknown;
}

export type SocketConstructor = new (url: string, protocols?: string | string[]) => Socket;

export const SOCKET_OPEN = 1;

let preferred: SocketConstructor | undefined;

/** Sets the default implementation; `livegenre/client` in Node sets `ws`. */
export function preferSocket(constructor: SocketConstructor): void {
  preferred = constructor;
}

/** @throws Error if this platform has no WebSocket and none was given */
export function findSocket(given?: SocketConstructor): SocketConstructor {
  const found = given ?? preferred ?? (globalThis as { WebSocket?: SocketConstructor }).WebSocket;
  if (!found) throw new Error("This platform has no WebSocket: pass one as the option WebSocket, such as that of ws.");
  return found;
}

/**
 * WebSocket URL of a path of the server; a path in `base` becomes a prefix.
 * @param base http, https, ws or wss
 */
export function socketUrl(base: string | URL, path: string): string {
  const url = new URL(base);
  if (!/^(https?|wss?):$/.test(url.protocol)) throw new Error(`The server's URL must start with ws, wss, http or https, unlike ${url.href}`);
  url.protocol = url.protocol.replace('http', 'ws');
  const [pathname, query = ''] = path.split('?');
  url.pathname = url.pathname.replace(/\/$/, '') + pathname;
  url.search = query;
  url.hash = '';
  return url.href;
}
