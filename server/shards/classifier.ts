/** The classifier of a shard: starts a backend in this thread and makes the model's incremental step for it. */
import { chooseBackend, startBackend, type Backend } from '../../models/tensorflow/backend.js';
import type { Bundle } from '../../models/model-folder.js';
import { canStepSimd, SimdStep } from '../../models/step/simd-step.js';
import type { Classifier } from '../pipe/engine.js';

/** A classifier and the backend it runs on. */
export interface StartedClassifier {
  readonly classifier: Classifier;
  readonly backend: Backend;
}

/** @throws Error with the reason when the backend or the model can't start */
export async function startClassifier(bundle: Bundle, wanted?: Backend): Promise<StartedClassifier> {
  const backend = await chooseBackend(wanted);
  const classifier = await stepOn(backend, bundle);
  // Warm-up run: the first pass compiles kernels, which would delay the first stream.
  const { blockColumns, frontEnd } = bundle.manifest;
  classifier.run([new Float32Array(blockColumns * frontEnd.bands)], [classifier.newState()]);
  return { classifier, backend };
}

/** Prefers this project's own kernels; then TensorFlow.js isn't loaded. */
async function stepOn(backend: Backend, bundle: Bundle): Promise<Classifier> {
  if (backend === 'wasm' && canStepSimd(bundle)) return new SimdStep(bundle);
  await startBackend(backend);
  const { Step } = await import('../../models/step/tf-step.js');
  return new Step(bundle);
}
