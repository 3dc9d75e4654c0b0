/** Entry point of the dashboard: shows the page of the current URL, and follows links without a reload. */
import { BASE } from './base.js';
import { ClosedPage } from './closed-page.js';
import { FilesPage } from './files-page.js';
import { LibraryPage } from './library-page.js';
import { LivePage } from './live-page.js';
import { routeAt, type Route } from './model/route.js';
import { ServerPage } from './server-page.js';
import { Site } from './site.js';
import { StationPage } from './station-page.js';
import { StationsPage } from './stations-page.js';
import { TokensPage } from './tokens-page.js';
import { TunePage } from './tune-page.js';
import { WallPage } from './wall-page.js';

const RETRY_MS = 5000;

const site = new Site();
let shown = '';

function show(isFirst: boolean): void {
  const route = site.route ?? { page: 'live' };
  if (key(route) === shown) return;
  shown = key(route);
  const page = pageOf(route);
  document.querySelector('#page')!.replaceChildren(page);
  if (isFirst) return;
  scrollTo(0, 0);
  // Screen readers and keyboard users continue at the new page's heading.
  void page.updateComplete.then(() => page.renderRoot.querySelector('h1')?.focus());
}

function key(route: Route): string {
  if (isClosed()) return 'closed';
  return route.page === 'station' ? `station ${route.id}` : route.page;
}

/** Whether the visitor may do nothing but sign in. */
function isClosed(): boolean {
  return site.visitor.access === 'none';
}

function pageOf(route: Route) {
  if (isClosed()) return Object.assign(new ClosedPage(), { site });
  switch (route.page) {
    case 'live': return Object.assign(new LivePage(), { site });
    case 'files': return Object.assign(new FilesPage(), { site });
    case 'library': return Object.assign(new LibraryPage(), { site });
    case 'server': return Object.assign(new ServerPage(), { site });
    case 'stations': return Object.assign(new StationsPage(), { site });
    case 'tokens': return Object.assign(new TokensPage(), { site });
    case 'wall': return Object.assign(new WallPage(), { site });
    case 'tune': return Object.assign(new TunePage(), { site });
    case 'station': return Object.assign(new StationPage(), { site, stationId: route.id });
  }
}

/** URL of a plain click on a link to a page of the dashboard; undefined for clicks that the browser handles. */
function clickedRouteUrl(event: MouseEvent): URL | undefined {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return undefined;
  const link = event.composedPath().find((each): each is HTMLAnchorElement => each instanceof HTMLAnchorElement && each.href !== '');
  if (!link || link.target !== '' || link.hasAttribute('download')) return undefined;
  const url = new URL(link.href);
  const route = routeAt(url, BASE);
  // The server allows this page alone to play sound from other servers, so it must be loaded as itself.
  return route && route.page !== 'tune' && shown !== 'tune' ? url : undefined;
}

addEventListener('click', (event) => {
  const url = clickedRouteUrl(event);
  if (!url) return;
  event.preventDefault();
  if (url.href !== location.href) history.pushState(null, '', url);
  show(false);
});
addEventListener('popstate', () => show(false));

/** Loads what the visitor may do; retries while the server can't be reached, which the page shows. */
async function loadAccess(): Promise<void> {
  await site.visitor.refresh().catch(() => setTimeout(() => void loadAccess(), RETRY_MS));
}

// Load the visitor's access before the first render, so that no control appears and disappears again.
await loadAccess();
show(true);
site.visitor.on('change', () => show(false));
void site.alerts.refresh();
