/** Four seconds of music, classified on the device: in a page, and in Node with the same model file, which must agree. */
import { readFile } from 'node:fs/promises';
import * as assert from 'uvu/assert';
import { DeviceEngine } from '../../client/device/device-engine.js';
import { clientOptions } from '../../client/device/local-classifier.js';
import { openInThread } from '../../client/device/thread-stream.js';
import { GenreClient, type Prediction } from '../../client/sdk/node.js';
import { readCompactModel } from '../../models/compact/compact-model.js';
import { DemoSynth, toS16 } from '../../server/sources/demo/synth.js';

/** The built files, as any static host has them. */
export const WEB_FILES = new URL('../../web/', import.meta.url);

const FORMAT = { encoding: 's16le', sampleRate: 44_100, channels: 1 } as const;
const SAMPLES = toS16(new DemoSynth(3, FORMAT.sampleRate).render(4 * FORMAT.sampleRate));
const MUSIC = new Uint8Array(SAMPLES.buffer);

let here: Promise<Prediction[]> | undefined;

/** What Node says with the same model file. */
export const predictionsHere = (): Promise<Prediction[]> => here ??= classifyHere();

async function classifyHere(): Promise<Prediction[]> {
  const bytes = new Uint8Array(await readFile(new URL('device/model.bin', WEB_FILES)));
  const engine = new DeviceEngine(await readCompactModel(bytes));
  const client = new GenreClient(clientOptions({ ...FORMAT, live: false, topK: 10 }, openInThread(async () => engine)));
  const found: Prediction[] = [];
  client.on('prediction', (prediction) => found.push(prediction));
  await client.connect();
  client.send(MUSIC);
  await client.stop();
  return found;
}

/** For `classifyInPage`. @param host where the files are; the page's own unless given */
export function pageArguments(host = '') {
  return { base64: Buffer.from(MUSIC).toString('base64'), format: FORMAT, address: `${host}/device/device.js` };
}

/** Runs in a page: refers to nothing of this file. */
export async function classifyInPage({ base64, format, address }: ReturnType<typeof pageArguments>): Promise<Prediction[]> {
  const { LocalClassifier } = await import(address) as typeof import('../../client/device/device.js');
  const client = new LocalClassifier({ ...format, live: false, topK: 10, connectAttempts: 1 });
  const found: Prediction[] = [];
  client.on('prediction', (prediction) => found.push(prediction));
  await client.connect();
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  for (let at = 0; at < bytes.length; at += 30_000) if (!client.send(bytes.subarray(at, at + 30_000))) await client.drained();
  await client.stop();
  return found;
}

export function assertClose(found: readonly Prediction[], wanted: readonly Prediction[], tolerance: number): void {
  assert.is(found.length, wanted.length);
  assert.ok(found.length >= 10);
  found.forEach(({ top, genre, state }, index) => {
    assert.equal([genre, state], [wanted[index]!.genre, wanted[index]!.state]);
    const expected = new Map(wanted[index]!.top);
    for (const [label, p] of top) assert.ok(Math.abs(p - expected.get(label)!) <= tolerance, `${label}: ${p}, not ${expected.get(label)}`);
  });
}
