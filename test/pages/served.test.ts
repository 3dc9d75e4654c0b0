/** Metrics and requests on pages are those of a running server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startTestServer } from '../server/rig.js';
import { page, rows } from './page.js';

const test = suite('pages: a running server');
const folder = mkdtempSync(join(tmpdir(), 'livegenre-pages-'));
let server: Awaited<ReturnType<typeof startTestServer>>;

test.before(async () => {
  // With a database: metrics of history are there only then.
  server = await startTestServer({ stations: join(folder, 'stations.json') });
});
test.after(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const get = async (path: string): Promise<string> => (await fetch(`${server.url}${path}`)).text();

test('every metric, with its type and help', async () => {
  const text = await get('/metrics');
  const help = new Map([...text.matchAll(/^# HELP (\S+) (.+)$/gm)].map(([, name, words]) => [name!, words!]));
  const served = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [`\`${name}\``, type!, help.get(name!)!]);
  assert.ok(served.length > 20);
  assert.equal(rows(page('server/README.md'), 'metric'), served);
});

test('every path of the API, and no other', async () => {
  const { paths } = JSON.parse(await get('/openapi.json')) as { paths: Record<string, Record<string, unknown>> };
  const served = new Set(Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace('{id}', 'ID').replace('{name}', 'NAME')}`)));
  const shown = [page('server/README.md'), page('server/PROTOCOL.md')].flatMap(({ code }) => code).flatMap((code) => {
    const [, methods, path] = /^((?:[A-Z]+(?:, )?)+) (\/v1\/[\w./]+)/.exec(code) ?? [];
    return methods === undefined ? [] : methods.split(', ').map((method) => `${method} ${path}`);
  });
  assert.equal([...new Set(shown)].filter((each) => !served.has(each)), []);
  assert.equal([...served].filter((each) => !shown.includes(each)), []);
});

test.run();
