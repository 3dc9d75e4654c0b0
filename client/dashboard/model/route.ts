/** Client-side routes and their URLs. All are below a base path, so the dashboard can be hosted in a subfolder. */

export type Route = { readonly page: 'live' } | { readonly page: 'files' } | { readonly page: 'library' } | { readonly page: 'server' } | { readonly page: 'stations' } | { readonly page: 'tokens' } | { readonly page: 'tune' } | { readonly page: 'wall' } | { readonly page: 'station'; readonly id: string };

export const LIVE: Route = { page: 'live' };
export const FILES: Route = { page: 'files' };
export const LIBRARY: Route = { page: 'library' };
export const SERVER: Route = { page: 'server' };
export const STATIONS: Route = { page: 'stations' };
export const TOKENS: Route = { page: 'tokens' };
export const TUNE: Route = { page: 'tune' };
export const WALL: Route = { page: 'wall' };

/**
 * @param base URL of the folder with the dashboard's files; ends with a slash
 * @returns undefined for a URL that is not a route
 */
export function routeAt(address: URL, base: URL): Route | undefined {
  if (address.origin !== base.origin || !address.pathname.startsWith(base.pathname)) return undefined;
  const path = address.pathname.slice(base.pathname.length).replace(/\/$/, '');
  if (path === '' || path === 'index.html') return LIVE;
  if (path === 'files') return FILES;
  if (path === 'library') return LIBRARY;
  if (path === 'server') return SERVER;
  if (path === 'stations') return STATIONS;
  if (path === 'tokens') return TOKENS;
  if (path === 'tune') return TUNE;
  if (path === 'wall') return WALL;
  const id = /^stations\/([^/]+)$/.exec(path)?.[1];
  return id === undefined ? undefined : { page: 'station', id: decoded(id) };
}

/** @param isKiosk keep the kiosk mode (no navigation) */
export function routeUrl(route: Route, base: URL, isKiosk = false): string {
  const path = route.page === 'live' ? '' : route.page !== 'station' ? route.page : `stations/${encodeURIComponent(route.id)}`;
  return new URL(`${path}${isKiosk ? '?kiosk=1' : ''}`, base).href;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // malformed percent-encoding: the page will report that no such station exists
  }
}
