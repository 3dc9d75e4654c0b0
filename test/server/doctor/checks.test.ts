/** Each check says what is well, and notices what isn't: with real ports, files and models where it can. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { saveBundle } from '../../../models/model-folder.js';
import { checkAccess } from '../../../server/doctor/access.js';
import { checkClock, type Clocks } from '../../../server/doctor/clock.js';
import { checkDashboard } from '../../../server/doctor/dashboard.js';
import { checkFileLimit, openFileLimit } from '../../../server/doctor/file-limit.js';
import { size, type Finding } from '../../../server/doctor/finding.js';
import { checkKernels } from '../../../server/doctor/kernels.js';
import { checkCores, checkMemory } from '../../../server/doctor/machine.js';
import { checkBackend, checkModel } from '../../../server/doctor/model.js';
import { checkNode } from '../../../server/doctor/node.js';
import { checkPort } from '../../../server/doctor/port.js';
import { checkSettings } from '../../../server/doctor/settings.js';
import { withDefaults } from '../../../server/settings.js';
import { randomBundle } from '../../models/fixtures.js';
import { sharedServer } from '../rig.js';

const shared = sharedServer(test);
let folder: string;

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'livegenre-doctor-'));
  const { manifest, weights } = randomBundle();
  await saveBundle(folder, manifest, weights);
});

test.after(() => rm(folder, { recursive: true }));

function is(finding: Finding, mark: Finding['mark'], found: string | RegExp, advice?: string | RegExp): void {
  assert.is(finding.mark, mark, finding.found);
  assert.match(finding.found, found);
  if (finding.mark !== 'ok') assert.match(finding.advice, advice ?? /./);
}

test('Node: tested versions are well, others are noted, old ones refused', () => {
  for (const version of ['20.0.0', '22.4.1', '24.1.0']) is(checkNode(version), 'ok', version);
  for (const version of ['21.0.0', '23.1.0', '26.0.0']) is(checkNode(version), 'note', version, 'not tested');
  is(checkNode('18.20.0'), 'problem', '18.20.0', 'Install Node 20');
});

test('kernels: missing ones, a machine without SIMD, one without relaxed SIMD', async () => {
  is(await checkKernels(), 'ok', 'relaxed SIMD');
  const empty = Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0]);
  const unknown = Uint8Array.from([0, 97, 115, 109, 9, 0, 0, 0]);
  is(await checkKernels(async () => [{ fused: unknown, plain: empty }]), 'note', 'without relaxed SIMD');
  is(await checkKernels(async () => [{ fused: unknown, plain: unknown }]), 'problem', 'no WebAssembly SIMD');
  const missing = './nowhere.wasm.js';
  is(await checkKernels(async () => [await import(missing)]), 'problem', 'kernels are missing', 'npm run build');
});

test('model: its name, labels and checksum; a broken one with what is wrong', async () => {
  const finding = await checkModel({ model: folder });
  is(finding, 'ok', 'random 0.0.1');
  assert.is(finding.facts['sha256'], JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')).weights.sha256);
  is(await checkBackend({ model: folder, backend: 'wasm' }), 'ok', /^WebAssembly, first block after \d+ ms/);

  const weights = await readFile(join(folder, 'weights.bin'));
  weights[0]! ^= 1;
  await writeFile(join(folder, 'weights.bin'), weights);
  is(await checkModel({ model: folder }), 'problem', 'weights.bin has the SHA-256', '--model');
  is(await checkModel({ model: '/nowhere' }), 'problem', '/nowhere');
  is(await checkBackend({ model: '/nowhere', backend: 'wasm' }), 'ok', /^WebAssembly; native/);
});

test('a native backend that was asked for and is not there', async () => {
  const finding = await checkBackend({ model: fileOfRepository('models/genre-v1'), backend: 'native' });
  // Where it is installed it is well.
  if (finding.facts['native']) is(finding, 'ok', 'Native TensorFlow');
  else is(finding, 'problem', '@tensorflow/tfjs-node', '--backend');
});

test('a port that is taken, by another program and by livegenre itself', async () => {
  is(await checkPort({ host: '127.0.0.1', port: 0 }), 'ok', 'any free port');
  const other = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  is(await checkPort({ host: '127.0.0.1', port }), 'problem', `Port ${port} on 127.0.0.1 is taken by another program`, '--port');
  other.close();
  await once(other, 'close');
  is(await checkPort({ host: '127.0.0.1', port }), 'ok', `${port} on 127.0.0.1 is free`);
  is(await checkPort({ host: '127.0.0.1', port: 6669 }), 'note', 'browsers open no pages on it', '--port');
  is(await checkPort({ host: '203.0.113.1', port: 0 }), 'problem', '203.0.113.1 is not an address of this machine', '--host');
});

test('livegenre itself on the port is no problem', () => shared(async ({ port }) => {
  is(await checkPort({ host: '127.0.0.1', port }), 'note', 'livegenre itself', '--port');
}));

test('open files: fewer than connections may come', () => {
  assert.ok(openFileLimit()! > 0);
  const limits = { maxStreams: 1000, maxViewers: 500, maxListeners: 50 };
  is(checkFileLimit(limits, 1650), 'ok', 'up to 1650 are needed');
  is(checkFileLimit(limits, 1649), 'problem', '1649 open files', '--max-streams');
  is(checkFileLimit(limits, Infinity), 'ok', 'unlimited');
});

test('memory: too little to start, too little for all streams', () => {
  const settings = { shards: 2, maxStreams: 1000 };
  is(checkMemory(settings), 'ok', 'are free');
  is(checkMemory(settings, { totalBytes: 1e9, freeBytes: 200e6 }), 'note', '200 MB of 1.0 GB', '--max-streams');
  is(checkMemory(settings, { totalBytes: 256e6, freeBytes: 100e6 }), 'problem', '100 MB of 256 MB', '--shards');
});

test('cores: more shards than there are', () => {
  is(checkCores({ shards: 1 }, 1), 'ok', '1 shard');
  is(checkCores({ shards: 4 }, 4), 'ok', '4 shards');
  is(checkCores({ shards: 3 }, 2.5), 'note', '2.5 of', '--shards 1');
});

test('clock: before the program was made, or jumping', async () => {
  const clocks = (atMs: number, jumpMs = 0): Clocks => {
    let nowMs = 0;
    return { wall: () => atMs + nowMs + (nowMs > 0 ? jumpMs : 0), steady: () => nowMs, wait: async (ms) => void (nowMs += ms) };
  };
  is(await checkClock(), 'ok', /^\d{4}-\d\d-\d\dT[\d:]{8}Z, time zone /);
  is(await checkClock(clocks(0)), 'problem', '1970-01-01', 'over the network');
  is(await checkClock(clocks(Date.now(), -3000)), 'note', 'jumped by -3000 ms');
});

test('access: a server that strangers reach and may manage', () => {
  const noFiles = { database: '', stations: '' };
  is(checkAccess({ host: '127.0.0.1', access: 'manage', adminToken: '', ...noFiles }), 'ok', 'programs of this machine may manage');
  is(checkAccess({ host: '0.0.0.0', access: 'manage', adminToken: '', ...noFiles }), 'note', 'whoever reaches', '--access');
  is(checkAccess({ host: '0.0.0.0', access: 'view', adminToken: '', ...noFiles }), 'note', 'nobody may manage', 'LIVEGENRE_ADMIN_TOKEN');
  is(checkAccess({ host: '0.0.0.0', access: 'view', adminToken: 'sesame', ...noFiles }), 'ok', 'look; the admin token');
  is(checkAccess({ host: '0.0.0.0', access: 'view', adminToken: '', database: 'x.db', stations: '' }), 'ok', 'look; API tokens');
});

test('dashboard: one that was not built', async () => {
  is(await checkDashboard(), 'ok', 'files');
  is(await checkDashboard(folder), 'problem', '/, /dashboard.js', 'npm run build');
});

test('settings: those that differ, without what is secret', () => {
  is(checkSettings(withDefaults()), 'ok', 'all at their defaults');
  const { found, facts } = checkSettings(withDefaults({ port: 9000, mqtt: ['mqtt://me:pass@host'], adminToken: 'sesame' }));
  assert.is(found, 'port 9000, mqtt is set, adminToken is set');
  assert.equal(facts, { port: 9000, mqtt: 'is set', adminToken: 'is set' });
});

test('sizes are short', () => {
  assert.equal([0, 999, 1000, 12_345, 999_949_999, 7.94e10, 5e15].map(size), ['0 bytes', '999 bytes', '1.0 KB', '12 KB', '1000 MB', '79 GB', '5000 TB']);
});

function fileOfRepository(path: string): string {
  return new URL(`../../../../${path}`, import.meta.url).pathname;
}

test.run();
