/**
 * Why there is no connection. A browser tells a page nothing of a WebSocket that was refused, so the
 * same address is asked over HTTP: readable, readable for others only, or not there.
 */

/** `busy`: the server answers, but not this; `not-allowed`: this page's origin is not on its list. */
export type Trouble = 'offline' | 'busy' | 'not-found' | 'not-allowed';

const PATIENCE_MS = 5000;

type Ask = (address: string, options: RequestInit) => Promise<Pick<Response, 'status'>>;

/** @param address of `GET /v1/streams/ID`, or of the list where there is no stream yet */
export async function findTrouble(address: string, ask: Ask = (url, options) => fetch(url, options)): Promise<Trouble> {
  const options = (mode: RequestMode): RequestInit => ({ mode, cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(PATIENCE_MS) });
  try {
    const { status } = await ask(address, options('cors'));
    return status === 404 ? 'not-found' : status >= 500 ? 'offline' : 'busy';
  } catch {
    // Nobody there, or somebody who does not let this page read the answer; asked without reading, the latter answers.
  }
  try {
    await ask(address, options('no-cors'));
    return 'not-allowed';
  } catch {
    return 'offline';
  }
}
