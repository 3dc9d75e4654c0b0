/** The page's places and their addresses. All lie below the page's base, which may be a folder of a larger site. */

export type Route = { readonly page: 'live' } | { readonly page: 'stations' } | { readonly page: 'station'; readonly id: string };

export const LIVE: Route = { page: 'live' };
export const STATIONS: Route = { page: 'stations' };

/**
 * @param base where the page's own files are; ends with a slash
 * @returns undefined for an address that is none of the page's
 */
export function routeAt(address: URL, base: URL): Route | undefined {
  if (address.origin !== base.origin || !address.pathname.startsWith(base.pathname)) return undefined;
  const path = address.pathname.slice(base.pathname.length).replace(/\/$/, '');
  if (path === '' || path === 'index.html') return LIVE;
  if (path === 'stations') return STATIONS;
  const id = /^stations\/([^/]+)$/.exec(path)?.[1];
  return id === undefined ? undefined : { page: 'station', id: decoded(id) };
}

/** @param isKiosk keep the page without its navigation */
export function routeUrl(route: Route, base: URL, isKiosk = false): string {
  const path = route.page === 'live' ? '' : route.page === 'stations' ? 'stations' : `stations/${encodeURIComponent(route.id)}`;
  return new URL(`${path}${isKiosk ? '?kiosk=1' : ''}`, base).href;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray % in an address typed by hand: no station has such an id, and the page says so
  }
}
