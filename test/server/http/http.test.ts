import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { StreamInfo } from '../../../server/protocol/messages.js';
import { sharedServer, stream, withServer } from '../rig.js';
import { tone } from '../sound.js';

async function withDashboard(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'livegenre-'));
  try {
    await mkdir(join(folder, 'audio'));
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>x</title>');
    await writeFile(join(folder, 'audio', 'worklet.js'), 'registerProcessor();');
    await writeFile(join(folder, '.secret'), 'no');
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const shared = sharedServer(test, { allowedOrigins: ['https://friend.org'] });

test('health and readiness', () => shared(async ({ url }) => {
  assert.is((await fetch(`${url}/healthz`)).status, 200);
  assert.is((await fetch(`${url}/readyz`)).status, 200);
}));

test('the model is shown without its weights', () => shared(async ({ url }) => {
  const model = await (await fetch(`${url}/v1/model`)).json() as Record<string, unknown>;
  assert.is(model.name, 'fake');
  assert.equal(model.labels, ['low', 'middle', 'high']);
  assert.is((model.frontEnd as { hop: number }).hop, 1920);
}));

test('running streams are listed with their last prediction', () => shared(async (server) => {
  const get = async (path: string): Promise<unknown> => (await fetch(`${server.url}${path}`)).json();
  assert.equal(await get('/v1/streams'), { streams: [] });
  const client = await stream(server, { name: 'mine' });
  client.play(tone(200, 2000));
  const { seq } = await client.prediction(({ state }) => state === 'music');
  assert.is(seq, 3);
  await client.prediction(({ seq }) => seq === 5);
  const { streams: [info] } = await get('/v1/streams') as { streams: StreamInfo[] };
  assert.equal(await get(`/v1/streams/${client.id}`), info);
  const { startedAt, p, lagMs, ...rest } = info!;
  assert.equal(rest, {
    id: client.id, name: 'mine', source: 'client', connected: true, encoding: 's16le', sampleRate: 22050, channels: 1,
    durationMs: 1741.5, state: 'music', genre: 'low', viewers: 0, droppedMs: 0,
  });
  assert.ok(p > 0.4 && lagMs >= 0 && !Number.isNaN(Date.parse(startedAt)));
}));

test('errors are problem details', () => shared(async ({ url }) => {
  for (const [path, status, code, method] of [
    ['/v1/streams/none', 404, 'not-found', 'GET'],
    ['/nothing', 404, 'not-found', 'GET'],
    ['/v1/stream', 426, 'bad-message', 'GET'],
    ['/v1/streams/x/watch', 426, 'bad-message', 'GET'],
    ['/v1/streams', 405, 'not-allowed', 'POST'],
    ['/%', 404, 'not-found', 'GET'],
  ] as const) {
    const response = await fetch(`${url}${path}`, { method });
    assert.is(response.status, status, path);
    assert.is(response.headers.get('content-type'), 'application/problem+json');
    const problem = await response.json() as Record<string, unknown>;
    assert.is(problem.status, status);
    assert.is(problem.code, code);
    assert.is(problem.type, 'about:blank');
    assert.match(problem.detail as string, /^[A-Z].*\.$/);
  }
}));

test('the dashboard is served with its types, and 304 when it is unchanged', () => withDashboard((dashboard) => withServer({}, async ({ url }) => {
  const page = await fetch(`${url}/`);
  assert.is(page.status, 200);
  assert.is(page.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.is(await page.text(), '<!doctype html><title>x</title>');
  const again = await fetch(`${url}/`, { headers: { 'if-none-match': page.headers.get('etag')! } });
  assert.is(again.status, 304);
  assert.is(await again.text(), '');
  assert.is((await fetch(`${url}/audio/worklet.js`)).headers.get('content-type'), 'text/javascript; charset=utf-8');
  assert.is((await fetch(`${url}/`, { method: 'HEAD' })).status, 200);
  for (const path of ['/.secret', '/audio', '/..%2f..%2fetc%2fpasswd', '/audio/../.secret']) {
    assert.is((await fetch(`${url}${path}`)).status, 404, path);
  }
}, { dashboard })));

test('any page may load the widget and cache it for an hour, but not the dashboard', () => withDashboard(async (dashboard) => {
  await mkdir(join(dashboard, 'device'));
  for (const name of ['widget.js', 'capture.js', 'dashboard.js', 'device/device-worker.js']) await writeFile(join(dashboard, name), 'x');
  await writeFile(join(dashboard, 'embed.html'), '<!doctype html><title>embed</title>');
  await withServer({}, async ({ url }) => {
    const headers = async (path: string): Promise<(string | null)[]> => {
      const answer = await fetch(`${url}${path}`, { headers: { origin: 'https://stranger.org' } });
      return ['access-control-allow-origin', 'cross-origin-resource-policy', 'cache-control'].map((name) => answer.headers.get(name));
    };
    assert.equal(await headers('/widget.js'), ['*', 'cross-origin', 'public, max-age=3600, stale-while-revalidate=86400']);
    assert.equal(await headers('/capture.js'), ['*', 'cross-origin', 'no-cache']);
    // The worker has a policy of its own, for its kernels.
    assert.equal(await headers('/device/device-worker.js'), ['*', 'cross-origin', 'no-cache']);
    const policies = await Promise.all(['/device/device-worker.js', '/capture.js'].map(async (path) => (await fetch(`${url}${path}`)).headers.get('content-security-policy')!.includes("'wasm-unsafe-eval'")));
    assert.equal(policies, [true, false]);
    for (const path of ['/dashboard.js', '/', '/v1/streams', '/embed']) assert.equal((await headers(path)).slice(0, 2), [null, null], path);
    const page = await fetch(`${url}/embed`);
    assert.equal([page.status, page.headers.get('content-type')], [200, 'text/html; charset=utf-8']);
  }, { dashboard });
}));

test('a server without a built dashboard says so and serves the API', () => shared(async ({ url }) => {
  const response = await fetch(`${url}/`);
  assert.is(response.status, 404);
  assert.match(((await response.json()) as { detail: string }).detail, 'npm run build');
}));

test('the page that tunes in may play sound from other servers, and nothing else', () => shared(async ({ url }) => {
  const [other, tune] = await Promise.all(['/', '/tune'].map(async (path) => (await fetch(`${url}${path}`)).headers.get('content-security-policy')!.split('; ')));
  assert.equal(tune!.filter((part) => !other!.includes(part)), ["media-src 'self' blob: http: https:"]);
}));

test('every response has the security headers', () => shared(async ({ url }) => {
  for (const path of ['/', '/v1/streams', '/nothing', '/healthz']) {
    const { headers } = await fetch(`${url}${path}`);
    assert.match(headers.get('content-security-policy') ?? '', "default-src 'none'; script-src 'self'", path);
    assert.match(headers.get('content-security-policy')!, "media-src 'self' blob:;", path);
    assert.not.match(headers.get('content-security-policy') ?? '', /unsafe-inline|unsafe-eval'|https?:|\*/, path);
    assert.is(headers.get('x-content-type-options'), 'nosniff');
    assert.match(headers.get('permissions-policy') ?? '', 'microphone=(self)');
  }
}));

test('pages of allowed origins may read the API, others may not', () => shared(async ({ url }) => {
  const allowed = async (origin: string): Promise<string | null> => (await fetch(`${url}/v1/streams`, { headers: { origin } })).headers.get('access-control-allow-origin');
  assert.is(await allowed('https://friend.org'), 'https://friend.org');
  assert.is(await allowed('https://evil.org'), null);
  assert.equal(await (await fetch(`${url}/v1/origins`)).json(), { allowedOrigins: ['https://friend.org'] });
}));

test.run();
