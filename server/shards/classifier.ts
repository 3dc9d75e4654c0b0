/** The network of a shard: a backend started in this thread and the model's incremental step on it. */
import { chooseBackend, startBackend, type Backend } from '../../models/tensorflow/backend.js';
import type { Bundle } from '../../models/model-folder.js';
import { canStepSimd, SimdStep } from '../../models/step/simd-step.js';
import { Step } from '../../models/step/tf-step.js';
import type { Classifier } from '../pipe/engine.js';

/** What a shard starts with: its classifier, and the backend it runs on. */
export interface StartedClassifier {
  readonly classifier: Classifier;
  readonly backend: Backend;
}

/** @throws Error when the backend or the model can't start, with the reason */
export async function startClassifier(bundle: Bundle, wanted?: Backend): Promise<StartedClassifier> {
  const backend = await chooseBackend(wanted);
  const classifier = await stepOn(backend, bundle);
  // The first pass compiles kernels: better now than under the first stream.
  const { blockColumns, frontEnd } = bundle.manifest;
  classifier.run([new Float32Array(blockColumns * frontEnd.bands)], [classifier.newState()]);
  return { classifier, backend };
}

/** Kernels of our own where they are enough: then TensorFlow.js's are not even loaded. */
async function stepOn(backend: Backend, bundle: Bundle): Promise<Classifier> {
  if (backend === 'wasm' && canStepSimd(bundle)) return new SimdStep(bundle);
  await startBackend(backend);
  return new Step(bundle);
}
