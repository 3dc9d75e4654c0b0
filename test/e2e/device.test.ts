/** Sound classified in a real Chromium, from static files and without a server. */
import { readFile } from 'node:fs/promises';
import * as assert from 'uvu/assert';
import type { Page } from 'playwright-core';
import { DeviceEngine } from '../../client/device/device-engine.js';
import { openInThread } from '../../client/device/thread-stream.js';
import { clientOptions } from '../../client/device/local-classifier.js';
import { GenreClient, type Prediction } from '../../client/sdk/node.js';
import { readCompactModel } from '../../models/compact/compact-model.js';
import { DemoSynth, toS16 } from '../../server/sources/demo/synth.js';
import { browserSuite, openPage } from '../support/pages.js';
import { Site } from '../support/site.js';

interface Sites {
  /** The built files, as any static host has them. */
  site: Site;
}

const FILES = new URL('../../web/', import.meta.url);
const FORMAT = { encoding: 's16le', sampleRate: 44_100, channels: 1 } as const;
const SAMPLES = toS16(new DemoSynth(3, FORMAT.sampleRate).render(4 * FORMAT.sampleRate));
const MUSIC = new Uint8Array(SAMPLES.buffer);

const test = browserSuite<Sites>('device');

test.before(async (context) => {
  context.site = await Site.open(FILES);
});

test.after(({ site }) => site?.close());

test.before.each(({ site }) => {
  site.html = '<!doctype html><title>A page</title><link rel="icon" href="data:,">';
  site.policy = site.filePolicy = undefined;
  site.requests.length = 0;
});

/** What Node says with the same model file. */
async function predictionsHere(): Promise<Prediction[]> {
  const bytes = new Uint8Array(await readFile(new URL('device/model.bin', FILES)));
  const engine = new DeviceEngine(await readCompactModel(bytes));
  const client = new GenreClient(clientOptions({ ...FORMAT, live: false, topK: 10 }, openInThread(async () => engine)));
  const found: Prediction[] = [];
  client.on('prediction', (prediction) => found.push(prediction));
  await client.connect();
  client.send(MUSIC);
  await client.stop();
  return found;
}

/** What the page says. */
function predictionsOf(page: Page): Promise<Prediction[]> {
  return page.evaluate(async ({ base64, format }) => {
    const address = './device/device.js';
    const { LocalClassifier } = await import(address) as typeof import('../../client/device/device.js');
    const client = new LocalClassifier({ ...format, live: false, topK: 10, connectAttempts: 1 });
    const found: Prediction[] = [];
    client.on('prediction', (prediction) => found.push(prediction));
    await client.connect();
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    for (let at = 0; at < bytes.length; at += 30_000) if (!client.send(bytes.subarray(at, at + 30_000))) await client.drained();
    await client.stop();
    return found;
  }, { base64: Buffer.from(MUSIC).toString('base64'), format: FORMAT });
}

function assertClose(found: readonly Prediction[], wanted: readonly Prediction[], tolerance: number): void {
  assert.is(found.length, wanted.length);
  assert.ok(found.length >= 10);
  found.forEach(({ top, genre, state }, index) => {
    assert.equal([genre, state], [wanted[index]!.genre, wanted[index]!.state]);
    const expected = new Map(wanted[index]!.top);
    for (const [label, p] of top) assert.ok(Math.abs(p - expected.get(label)!) <= tolerance, `${label}: ${p}, not ${expected.get(label)}`);
  });
}

test('a page gives the predictions of Node, and fetches the model once', async (context) => {
  const { site } = context;
  site.policy = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; img-src data:";
  site.filePolicy = "default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src 'self'";
  const page = await openPage(context, site.origin);
  const wanted = await predictionsHere();
  assertClose(await predictionsOf(page), wanted, 1e-3);
  assert.equal(site.requests.filter((path) => path.endsWith('model.bin')), ['/device/model.bin']);
  site.requests.length = 0;
  await page.reload();
  assertClose(await predictionsOf(page), wanted, 1e-3);
  assert.equal(site.requests.filter((path) => path.endsWith('model.bin')), []);
  assert.equal(context.pageErrors, []);
});

test('where the policy forbids WebAssembly, plain loops do the same', async (context) => {
  const { site } = context;
  site.filePolicy = "default-src 'none'; connect-src 'self'";
  const page = await openPage(context, site.origin);
  // Products are in 16 bits with the kernels.
  assertClose(await predictionsOf(page), await predictionsHere(), 4e-3);
});

test.run();
