/** The model is fetched once, and only the right file is kept. */
import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fetchModel } from '../../../client/device/model-cache.js';

const URL_OF_MODEL = 'https://host.example/model.bin';
const RIGHT = new TextEncoder().encode('the model');
const PAGE = new TextEncoder().encode('<!doctype html>');
const sha256 = createHash('sha256').update(RIGHT).digest('hex');
const file = { url: URL_OF_MODEL, sha256 };

const stored = new Map<string, Uint8Array>();
const fetched: string[] = [];
/** What the network answers, by cache mode. */
let answers: Record<string, { readonly bytes: Uint8Array<ArrayBuffer>; readonly status?: number }>;
let isCacheForbidden = false;

const cache = {
  match: async (key: string) => { const bytes = stored.get(key); return bytes && new Response(bytes.slice()); },
  keys: async () => [...stored.keys()],
  delete: async (key: string) => stored.delete(key),
  put: async (key: string, response: Response) => void stored.set(key, new Uint8Array(await response.arrayBuffer())),
};

const platformFetch = globalThis.fetch;

test.before.each(() => {
  stored.clear();
  fetched.length = 0;
  isCacheForbidden = false;
  answers = { default: { bytes: RIGHT }, reload: { bytes: RIGHT } };
  Object.assign(globalThis, {
    caches: { open: async () => { if (isCacheForbidden) throw new DOMException('denied', 'SecurityError'); return cache; } },
    fetch: async (_url: string, { cache: mode }: RequestInit) => {
      fetched.push(mode!);
      const { bytes, status = 200 } = answers[mode!]!;
      return new Response(bytes, { status });
    },
  });
});

test.after(() => {
  globalThis.fetch = platformFetch;
  Reflect.deleteProperty(globalThis, 'caches');
});

test('it is fetched once and then comes from the cache', async () => {
  assert.equal(await fetchModel(file), RIGHT);
  assert.equal(await fetchModel(file), RIGHT);
  assert.equal(fetched, ['default']);
});

test('an old file in the browser’s HTTP cache is passed by', async () => {
  answers['default'] = { bytes: PAGE };
  assert.equal(await fetchModel(file), RIGHT);
  assert.equal(fetched, ['default', 'reload']);
});

test('a page in place of the file is refused and not kept', async () => {
  answers = { default: { bytes: PAGE }, reload: { bytes: PAGE } };
  let reason = '';
  await fetchModel(file).catch((error: Error) => { reason = error.message; });
  assert.match(reason, 'is not the model');
  assert.is(stored.size, 0);
  answers = { default: { bytes: RIGHT, status: 404 } };
  await fetchModel(file).catch((error: Error) => { reason = error.message; });
  assert.match(reason, '404');
});

test('a damaged file in the cache is fetched again, and a new version takes the place of the old one', async () => {
  stored.set(`${URL_OF_MODEL}?sha256=${sha256}`, PAGE);
  stored.set(`${URL_OF_MODEL}?sha256=old`, PAGE);
  assert.equal(await fetchModel(file), RIGHT);
  assert.equal([...stored.values()].map((bytes) => [...bytes]), [[...RIGHT]]);
});

test('where the browser forbids its cache it is fetched each time', async () => {
  isCacheForbidden = true;
  assert.equal(await fetchModel(file), RIGHT);
  assert.equal(await fetchModel(file), RIGHT);
  assert.equal(fetched, ['default', 'default']);
});

test.run();
