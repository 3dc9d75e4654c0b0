/**
 * Finds out why there is no connection. A browser gives a page no reason for a refused WebSocket, so
 * this fetches the stream over HTTP: with CORS, and if that fails without.
 */

/** `busy`: the server answers HTTP but refuses the socket; `not-allowed`: it does not allow this page's origin. */
export type ConnectionProblem = 'offline' | 'busy' | 'not-found' | 'not-allowed';

const TIMEOUT_MS = 5000;

type Fetch = (address: string, options: RequestInit) => Promise<Pick<Response, 'status'>>;

/** @param address URL of `GET /v1/streams/ID`, or of the list if there is no stream yet */
export async function findConnectionProblem(address: string, fetchStatus: Fetch = (url, options) => fetch(url, options)): Promise<ConnectionProblem> {
  const options = (mode: RequestMode): RequestInit => ({ mode, cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(TIMEOUT_MS) });
  try {
    const { status } = await fetchStatus(address, options('cors'));
    return status === 404 ? 'not-found' : status >= 500 ? 'offline' : 'busy';
  } catch {
    // Unreachable, or CORS forbids this page to read the response; a no-cors request succeeds in the second case.
  }
  try {
    await fetchStatus(address, options('no-cors'));
    return 'not-allowed';
  } catch {
    return 'offline';
  }
}
