/** Where WebAssembly can't be compiled, plain loops give the same predictions. */
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { areKernelsAvailable } from '../../../dsp/kernels/kernels.js';
import { LocalClassifier, type Prediction } from '../../../client/sdk/node.js';
import { DemoSynth, toS16 } from '../../../server/sources/demo/synth.js';

/** Both steps of the resampler, stereo, and a few blocks. */
async function predictions(): Promise<Prediction[]> {
  const mono = new DemoSynth(5, 48_000).render(3 * 48_000);
  const client = new LocalClassifier({ encoding: 's16le', sampleRate: 48_000, channels: 2, live: false, topK: 10 });
  const found: Prediction[] = [];
  client.on('prediction', (prediction) => found.push(prediction));
  await client.connect();
  client.send(toS16(Float32Array.from({ length: 2 * mono.length }, (_, index) => mono[index >> 1]!)));
  await client.stop();
  return found;
}

if (isMainThread) {
  test('predictions without WebAssembly are those with it, but for rounding', async () => {
    const [plain, kernels] = await Promise.all([
      new Promise<Prediction[]>((resolve, reject) => new Worker(new URL(import.meta.url)).on('message', resolve).on('error', reject)),
      predictions(),
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
  const found = await predictions();
  assert.not(areKernelsAvailable());
  parentPort!.postMessage(found);
}
