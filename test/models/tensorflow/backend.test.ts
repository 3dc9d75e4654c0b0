import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as tf from '@tensorflow/tfjs-core';
import { missingPackages, startBackend } from '../../../models/tensorflow/backend.js';

test('by default the native backend or WebAssembly starts', async () => {
  const backend = await startBackend();
  assert.ok(backend === 'native' || backend === 'wasm');
  assert.equal([...tf.tidy(() => tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])).dataSync())], [11]);
});

test('a request for the native backend starts it or fails with the reason', async () => {
  const outcome = await startBackend('native').catch((error: Error) => error.message);
  assert.match(outcome, /^native$|tfjs-node\) can't be used: .+\. Use the wasm backend\./);
});

test('a request for WebAssembly starts it', async () => {
  assert.is(await startBackend('wasm'), 'wasm');
  assert.is(tf.getBackend(), 'wasm');
});

test('an installed package without TensorFlow.js says which packages to add', () => {
  const { peerDependencies } = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8')) as { peerDependencies: Record<string, string> };
  const missing = Object.assign(new Error("Cannot find package '@tensorflow/tfjs-core' imported from x"), { code: 'ERR_MODULE_NOT_FOUND' });
  const { message } = missingPackages(missing) as Error;
  for (const name of ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm']) assert.match(message, `${name}@${peerDependencies[name]}`);
  const other = Object.assign(new Error("Cannot find package 'ws' imported from x"), { code: 'ERR_MODULE_NOT_FOUND' });
  assert.is(missingPackages(other), other);
});

test.run();
