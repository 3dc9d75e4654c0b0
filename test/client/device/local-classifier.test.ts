/** Sound classified in this thread gives what a server gives: its pipe's messages, through the SDK. */
import { Observable } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LocalClassifier, type GenreError, type Prediction, type Ready } from '../../../client/sdk/node.js';
import { loadBundle } from '../../../models/model-folder.js';
import { SimdStep } from '../../../models/step/simd-step.js';
import { Engine } from '../../../server/pipe/engine.js';
import { pipe } from '../../../server/pipe/pipeline.js';
import type { Chunk } from '../../../server/pipe/progress.js';
import { PIPE_DEFAULTS } from '../../../server/pipe/settings.js';
import { macrotask } from '../../../server/shards/macrotask.js';
import { DemoSynth, toS16 } from '../../../server/sources/demo/synth.js';
import { MODEL_FOLDER } from './fixtures.js';

const SAMPLE_RATE = 32_000;
const SECONDS = 6;
const PCM = new Uint8Array(toS16(new DemoSynth(3, SAMPLE_RATE).render(SECONDS * SAMPLE_RATE)).buffer);
const FORMAT = { encoding: 's16le', sampleRate: SAMPLE_RATE, channels: 1 } as const;

async function serversPredictions(): Promise<Prediction[]> {
  const bundle = await loadBundle(MODEL_FOLDER);
  const engine = new Engine(new SimdStep(bundle), PIPE_DEFAULTS, macrotask);
  const chunk$ = new Observable<Chunk>((chunks) => {
    chunks.next({ bytes: PCM, arrivedAtMs: macrotask.now() });
    chunks.complete();
  });
  const found: Prediction[] = [];
  await new Promise<void>((resolve, reject) => {
    pipe(chunk$, { format: FORMAT, model: bundle.manifest, engine, settings: PIPE_DEFAULTS, topK: 10, tags: 5 }).subscribe({
      next: ({ type, json }) => { if (type === 'prediction') found.push(JSON.parse(json) as Prediction); },
      error: reject,
      complete: resolve,
    });
  });
  return found;
}

test('the same predictions as a server’s pipe, in order, then the summary', async () => {
  const wanted = await serversPredictions();
  const client = new LocalClassifier({ ...FORMAT, live: false, topK: 10, tags: 5 });
  const found: Prediction[] = [];
  client.on('prediction', (prediction) => found.push(prediction));
  const { model, blockMs } = await client.connect();
  assert.is(model.name, 'genre-v2');
  assert.ok(blockMs > 348 && blockMs < 349);
  for (let at = 0; at < PCM.length; at += 7777) if (!client.send(PCM.subarray(at, at + 7777))) await client.drained();
  const summary = await client.stop();
  assert.is(found.length, wanted.length);
  assert.ok(found.length > 15);
  for (const [index, { lagMs: _, ...prediction }] of found.entries()) {
    const { lagMs: __, ...expected } = wanted[index]!;
    assert.equal(prediction, expected);
  }
  assert.ok(Math.abs(summary.durationMs - 1000 * SECONDS) < 100);
  assert.is(client.state, 'closed');
});

test('a file that is longer than the sender’s history is heard to its end', async () => {
  const samples = new DemoSynth(3, 22_050).render(22_050 * 14);
  const client = new LocalClassifier({ encoding: 'f32le', sampleRate: 22_050, channels: 1, live: false });
  await client.connect();
  for (let at = 0; at < samples.length; at += 22_050) if (!client.send(samples.subarray(at, at + 22_050))) await client.drained();
  assert.ok(Math.abs((await client.stop()).durationMs - 14_000) < 100);
});

test('streams of a process share an engine, and each has its own events', async () => {
  const clients = [0, 1].map(() => new LocalClassifier({ ...FORMAT, live: false, spectrogram: true }));
  const columns = [0, 0];
  clients.forEach((client, index) => client.on('columns', () => { columns[index]! += 1; }));
  const readies = await Promise.all(clients.map((client) => client.connect()));
  assert.is.not(readies[0]!.streamId, readies[1]!.streamId);
  clients[0]!.send(PCM.subarray(0, 4 * SAMPLE_RATE));
  clients[1]!.send(PCM.subarray(0, 2 * SAMPLE_RATE));
  const summaries = await Promise.all(clients.map((client) => client.stop()));
  assert.equal(summaries.map(({ durationMs }) => Math.round(durationMs)), [2000, 1000]);
  assert.ok(columns[0]! > columns[1]! && columns[1]! > 1);
});

async function refusal(options: ConstructorParameters<typeof LocalClassifier>[0]): Promise<GenreError> {
  try {
    await new LocalClassifier({ connectAttempts: 1, ...options }).connect();
  } catch (error) {
    return error as GenreError;
  }
  return assert.unreachable('it was accepted') as never;
}

test('formats that can’t be classified here, and models that can’t be read, are refused with the reason', async () => {
  const opus = await refusal({ encoding: 'opus', sampleRate: 48_000, channels: 2 });
  assert.is(opus.code, 'bad-start');
  assert.match(opus.message, 'PCM');
  const rate = await refusal({ ...FORMAT, sampleRate: 4000 });
  assert.is(rate.code, 'bad-start');
  assert.match(rate.message, '4000');
  const model = await refusal({ ...FORMAT, model: '/nowhere/at/all' });
  assert.is(model.code, 'internal');
  assert.match(model.message, '/nowhere/at/all');
  assert.throws(() => new LocalClassifier({ ...FORMAT, model: { url: 'https://host.example/m.bin', sha256: '0' } }), 'folder');
});

test('sound that is no sound of its format ends the stream with the error', async () => {
  const client = new LocalClassifier({ ...FORMAT, encoding: 'f32le', live: false, connectAttempts: 1 });
  const errors: GenreError[] = [];
  const readies: Ready[] = [];
  client.on('error', (error) => errors.push(error));
  client.on('ready', (ready) => readies.push(ready));
  await client.connect();
  const noise = Uint8Array.from({ length: 400_000 }, (_, index) => (index * 2654435761) >>> 13);
  client.send(noise);
  let reason: unknown;
  await client.stop().catch((error: unknown) => { reason = error; });
  assert.is((reason as GenreError).code, 'not-audio');
  assert.is(errors.at(-1)!.code, 'not-audio');
  assert.is(readies.length, 1);
});

test.run();
