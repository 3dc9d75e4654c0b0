/** Where WebAssembly can't be compiled, plain loops give the same predictions. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { areKernelsAvailable } from '../../../dsp/kernels/kernels.js';
import { LocalClassifier, type Prediction } from '../../../client/sdk/node.js';
import { DemoSynth, toS16 } from '../../../server/sources/demo/synth.js';

/** Both steps of the resampler, stereo, and a few blocks. */
async function predictions(sound: Uint8Array): Promise<Prediction[]> {
  const client = new LocalClassifier({ encoding: 's16le', sampleRate: 48_000, channels: 2, live: false, topK: 10 });
  const found: Prediction[] = [];
  client.on('prediction', (prediction) => found.push(prediction));
  await client.connect();
  client.send(sound);
  await client.stop();
  return found;
}

if (isMainThread) {
  const mono = new DemoSynth(5, 48_000).render(3 * 48_000);
  const sound = new Uint8Array(toS16(Float32Array.from({ length: 2 * mono.length }, (_, index) => mono[index >> 1]!)).buffer);

  test('predictions without WebAssembly are those with it, but for rounding', async () => {
    const [plain, kernels] = await Promise.all([
      new Promise<Prediction[]>((resolve, reject) => new Worker(new URL(import.meta.url), { workerData: sound }).on('message', resolve).on('error', reject)),
      predictions(sound),
    ]);
    assert.ok(plain.length >= 7);
    assert.is(plain.length, kernels.length);
    plain.forEach(({ top, level, genre, state }, index) => {
      const wanted = kernels[index]!;
      assert.equal([genre, state], [wanted.genre, wanted.state]);
      assert.ok(Math.abs(level - wanted.level) <= 0.1);
      const p = new Map(wanted.top);
      // Products are in 16 bits with the kernels on x64.
      for (const [label, value] of top) assert.ok(Math.abs(value - p.get(label)!) < 4e-3, `${label} ${value} ${p.get(label)}`);
    });
  });
  test.run();
} else {
  Reflect.deleteProperty(globalThis, 'WebAssembly');
  const found = await predictions(workerData as Uint8Array);
  assert.not(areKernelsAvailable());
  parentPort!.postMessage(found);
}
