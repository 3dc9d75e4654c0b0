import { BroadcastChannel } from 'node:worker_threads';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lastValueFrom, toArray } from 'rxjs';
import { Log } from '../../../server/log.js';
import type { Prediction, Restarted, ServerMessage, Summary } from '../../../server/protocol/messages.js';
import { Shards, type ShardStream } from '../../../server/shards/shards.js';
import type { Settings } from '../../../server/settings.js';
import { BATCH_CHANNEL, FAKE_BUNDLE } from '../fake-classifier.js';
import { FAKE_CLASSIFIER_URL, killShards } from '../rig.js';
import { cut, MONO, noise } from '../sound.js';

const BLOCK_BYTES = 2 * 7680;

// A worker takes time to start on a busy machine; what is sent meanwhile must not be too old.
const startShards = (shards: number, settings: Partial<Settings>): Promise<Shards> => Shards.start({ bundle: FAKE_BUNDLE, shards, settings: { maxLagMs: 60_000, ...settings }, classifier: FAKE_CLASSIFIER_URL, log: new Log('error', () => {}) });

async function withShards(shards: number, settings: Partial<Settings>, work: (shards: Shards) => Promise<void>): Promise<void> {
  const started = await startShards(shards, settings);
  try {
    await work(started);
  } finally {
    await started.close();
  }
}

/** One shard for the tests that leave it without streams. They are the last ones: those before end all shards of the process. */
let kept: Shards | undefined;
const restarting = async (work: (shards: Shards) => Promise<void>): Promise<void> => work(kept ??= await startShards(1, { restartDelayMs: 1, restartLimit: 100 }));
test.after(() => kept?.close());

/** All messages of a stream, once it has completed. */
async function allMessages({ messages$ }: ShardStream): Promise<ServerMessage[]> {
  const messages = await lastValueFrom(messages$.pipe(toArray()));
  return messages.map(({ json }) => JSON.parse(json) as ServerMessage);
}

/** Resolves with the first message for which `matches` is true. */
function first<T extends ServerMessage>({ messages$ }: ShardStream, matches: (message: ServerMessage) => boolean): Promise<T> {
  return new Promise((resolve) => {
    const subscription = messages$.subscribe(({ json }) => {
      const message = JSON.parse(json) as ServerMessage;
      if (!matches(message)) return;
      subscription.unsubscribe();
      resolve(message as T);
    });
  });
}

test('streams run in workers, are kept apart, and end with their summary', () => withShards(2, {}, async (shards) => {
  const streams = ['a', 'b', 'c'].map((id) => shards.open({ id, format: MONO }));
  const all = Promise.all(streams.map(allMessages));
  streams.forEach((stream, index) => {
    for (const piece of cut(noise((index + 1) * 7680 + 128), [1001])) stream.send(piece);
    stream.end();
  });
  const messages = await all;
  assert.equal(messages.map((each) => each.length), [2, 3, 4]);
  assert.ok(messages.every((each) => each.at(-1)!.type === 'summary'));
  assert.is(shards.streams, 0);
}));

test('a shard that dies too often is given up: its streams fail, and no more are opened', () => withShards(1, { restartLimit: 0 }, async (shards) => {
  const stream = shards.open({ id: 'a', format: MONO });
  const all = allMessages(stream);
  assert.ok(shards.isAlive);
  killShards();
  assert.equal((await all).map((message) => message.type === 'error' && message.code), ['internal']);
  assert.not(shards.isAlive);
  assert.throws(() => shards.open({ id: 'b', format: MONO }), /must be restarted/);
}));

test('deaths further apart than the window are not added up', () => withShards(1, { restartLimit: 1, restartWindowMs: 1, restartDelayMs: 1 }, async (shards) => {
  const stream = shards.open({ id: 'a', format: MONO });
  for (let death = 1; death <= 2; death++) {
    const restarted = first<Restarted>(stream, ({ type }) => type === 'restarted');
    killShards();
    await restarted;
    const scored = first<Prediction>(stream, ({ type }) => type === 'prediction');
    stream.send(noise(7680 + 128));
    await scored;
  }
  assert.ok(shards.isAlive);
}));

test('streams whose blocks are ready together share one step of the network', () => restarting(async (shards) => {
  const channel = new BroadcastChannel(BATCH_CHANNEL);
  // The channel is separate from the messages and may be slower.
  const firstBatch = new Promise<number>((resolve) => {
    channel.onmessage = ({ data }: { data: unknown }) => resolve(data as number);
  });
  const streams = Array.from({ length: 8 }, (_, index) => shards.open({ id: String(index), format: MONO }));
  const all = Promise.all(streams.map(allMessages));
  for (const stream of streams) {
    stream.send(noise(7680 + 128));
    stream.end();
  }
  assert.ok((await all).every((messages) => messages.length === 2));
  assert.is(await firstBatch, 8);
  channel.close();
}));

test('send reports when to wait, drained when to continue', () => withShards(1, { maxBufferedBytes: BLOCK_BYTES }, async (shards) => {
  const stream = shards.open({ id: 'a', format: MONO });
  const over = allMessages(stream);
  assert.is(stream.send(noise(7680)), true);
  assert.is(stream.send(noise(1)), false);
  await stream.drained();
  assert.is(stream.send(noise(7680)), true, 'half of the limit is free again');
  stream.end();
  await over;
  await stream.drained();
  assert.is(stream.send(noise(100_000)), true, 'an ended stream never asks to wait');
}));

test('close ends the stream at once, without a summary', () => restarting(async (shards) => {
  const stream = shards.open({ id: 'a', format: MONO });
  const over = allMessages(stream);
  stream.send(noise(50_000));
  stream.close();
  assert.equal(await over, []);
  assert.is(shards.streams, 0);
}));

test('if a shard cannot use the model, start rejects with the reason', async () => {
  const bundle = { ...FAKE_BUNDLE, manifest: { ...FAKE_BUNDLE.manifest, name: 'refused' } };
  try {
    await Shards.start({ bundle, shards: 2, classifier: FAKE_CLASSIFIER_URL });
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, 'this model is refused');
  }
});

test('a dead shard is restarted; its streams send restarted and continue at the right time', () => restarting(async (shards) => {
  const stream = shards.open({ id: 'a', format: MONO });
  const all = allMessages(stream);
  const third = first(stream, (message) => message.type === 'prediction' && message.seq === 3);
  stream.send(noise(3 * 7680 + 128));
  await third;
  const restarted = first<Restarted>(stream, ({ type }) => type === 'restarted');
  killShards();
  const { atMs } = await restarted;
  // All audio sent counts towards stream time, even a cut sample.
  const sentMs = (1000 * (3 * 7680 + 128)) / 22050;
  assert.ok(Math.abs(atMs - sentMs) < 0.1, `${atMs} for ${sentMs}`);
  stream.send(noise(2 * 7680 + 128));
  stream.end();
  const messages = await all;
  const seqs = messages.filter((message): message is Prediction => message.type === 'prediction').map(({ seq }) => seq);
  assert.equal(seqs, [1, 2, 3, 4, 5]);
  const summary = messages.at(-1) as Summary;
  assert.ok(Math.abs(summary.durationMs - (1000 * (5 * 7680 + 256)) / 22050) < 0.1);
}));

test('audio lost with a shard counts as dropped, and the rest of a cut frame is skipped', () => restarting(async (shards) => {
  const stream = shards.open({ id: 'a', format: { ...MONO, channels: 2 } });
  const all = allMessages(stream);
  const one = first(stream, ({ type }) => type === 'prediction');
  const frames = 7680 + 128;
  stream.send(noise(2 * frames).subarray(0, 4 * frames));
  await one;
  const restarted = first<Restarted>(stream, ({ type }) => type === 'restarted');
  stream.send(new Uint8Array(4 * 2205 + 1)); // 100 ms and a byte of the next frame
  killShards();
  await restarted;
  // The three bytes that complete the frame, then a square wave at half of full scale: were they
  // mixed up by a byte, the level would differ.
  const samples = Int16Array.from({ length: 2 * frames }, (_, i) => (i % 40 < 20 ? 16384 : -16384));
  stream.send(new Uint8Array(3));
  stream.send(new Uint8Array(samples.buffer));
  stream.end();
  const predictions = (await all).filter((message): message is Prediction => message.type === 'prediction');
  assert.is(predictions.length, 2);
  assert.is(predictions[1]!.level, -6);
  assert.ok(Math.abs(predictions[1]!.droppedMs - (100 + 128 / 22.05)) < 0.2, String(predictions[1]!.droppedMs));
}));

test('clipped samples are counted on after a restart', () => restarting(async (shards) => {
  const stream = shards.open({ id: 'a', format: { ...MONO, encoding: 'f32le' } });
  const all = allMessages(stream);
  const send = (clipped: number): void => {
    const samples = Float32Array.from({ length: 7680 + 128 }, (_, i) => (i < clipped ? 5 : 0.5 * Math.sin(i)));
    stream.send(new Uint8Array(samples.buffer));
  };
  const one = first<Prediction>(stream, ({ type }) => type === 'prediction');
  send(7);
  assert.is((await one).clippedSamples, 7);
  const restarted = first<Restarted>(stream, ({ type }) => type === 'restarted');
  killShards();
  await restarted;
  send(5);
  stream.end();
  assert.equal((await all).flatMap((message) => (message.type === 'prediction' || message.type === 'summary' ? [message.clippedSamples] : [])), [7, 12, 12]);
}));

test('a stream that ends while its shard is restarting still gets its summary', () => restarting(async (shards) => {
  const stream = shards.open({ id: 'a', format: MONO });
  const all = allMessages(stream);
  const restarted = first<Restarted>(stream, ({ type }) => type === 'restarted');
  killShards();
  await restarted;
  stream.send(noise(7680 + 128));
  stream.end();
  assert.equal((await all).map(({ type }) => type), ['restarted', 'prediction', 'summary']);
}));

test.run();
