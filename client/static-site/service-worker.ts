/** Keeps all files of the site, so that it works without a network after the first visit. A new build has another version, and takes the place of the old one as a whole. */

/** Put in when this is built: a hash of all files, and their paths. */
declare const VERSION: string;
declare const FILES: readonly string[];

// Types of the worker's global scope, which TypeScript's DOM library lacks.
interface Waiting extends Event { waitUntil(work: Promise<unknown>): void }
interface Fetching extends Event { readonly request: Request; respondWith(response: Promise<Response>): void }
const scope = globalThis as unknown as { skipWaiting(): Promise<void>; readonly clients: { claim(): Promise<void> } } & EventTarget;

const PREFIX = 'livegenre-site-';
const CACHE = PREFIX + VERSION;

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  // Past the HTTP cache, which may hold files of another build.
  await cache.addAll(FILES.map((path) => new Request(path, { cache: 'reload' })));
  await scope.skipWaiting();
}

async function activate(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await scope.clients.claim();
}

async function answer(request: Request): Promise<Response> {
  return await caches.match(request, { cacheName: CACHE, ignoreSearch: true }) ?? fetch(request);
}

scope.addEventListener('install', (event) => (event as Waiting).waitUntil(install()));
scope.addEventListener('activate', (event) => (event as Waiting).waitUntil(activate()));
scope.addEventListener('fetch', (event) => (event as Fetching).respondWith(answer((event as Fetching).request)));
