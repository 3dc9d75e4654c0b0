/** The page's entry: puts the place of the address on the page, and changes it without loading anew. */
import { BASE } from './base.js';
import { LivePage } from './live-page.js';
import { routeAt, type Route } from './model/route.js';
import { Site } from './site.js';
import { StationPage } from './station-page.js';
import { StationsPage } from './stations-page.js';

const ASK_AGAIN_MS = 5000;

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
  // Who hears the page or uses the keyboard begins at the new page's head.
  void page.updateComplete.then(() => page.renderRoot.querySelector('h1')?.focus());
}

function key(route: Route): string {
  return route.page === 'station' ? `station ${route.id}` : route.page;
}

function pageOf(route: Route) {
  switch (route.page) {
    case 'live': return Object.assign(new LivePage(), { site });
    case 'stations': return Object.assign(new StationsPage(), { site });
    case 'station': return Object.assign(new StationPage(), { site, stationId: route.id });
  }
}

/** A plain click on a link to a place of the page; all others are the browser's. */
function clickedRouteUrl(event: MouseEvent): URL | undefined {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return undefined;
  const link = event.composedPath().find((each): each is HTMLAnchorElement => each instanceof HTMLAnchorElement && each.href !== '');
  if (!link || link.target !== '' || link.hasAttribute('download')) return undefined;
  const url = new URL(link.href);
  return routeAt(url, BASE) ? url : undefined;
}

addEventListener('click', (event) => {
  const url = clickedRouteUrl(event);
  if (!url) return;
  event.preventDefault();
  if (url.href !== location.href) history.pushState(null, '', url);
  show(false);
});
addEventListener('popstate', () => show(false));

/** A server that can't be asked is told of by the page; it is asked again. */
async function loadAccess(): Promise<void> {
  await site.visitor.refresh().catch(() => setTimeout(() => void loadAccess(), ASK_AGAIN_MS));
}

// What the visitor may do is known first: nothing is offered and then taken away.
await loadAccess();
show(true);
void site.alerts.refresh();
