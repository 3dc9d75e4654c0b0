/** The network of a shard: a backend started in this thread and the model's incremental step on it. */
import { startBackend, type Backend } from '../models/backend.js';
import type { Bundle } from '../models/bundle.js';
import { Step } from '../models/step.js';
import type { Classifier } from './engine.js';

/** What a shard starts with: its classifier, and the backend it runs on. */
export interface StartedClassifier {
  readonly classifier: Classifier;
  readonly backend: Backend;
}

/** @throws Error when the backend or the model can't start, with the reason */
export async function startClassifier(bundle: Bundle, wanted?: Backend): Promise<StartedClassifier> {
  const backend = await startBackend(wanted);
  const classifier = new Step(bundle);
  // The first pass compiles kernels: better now than under the first stream.
  const { blockColumns, frontEnd } = bundle.manifest;
  classifier.run([new Float32Array(blockColumns * frontEnd.bands)], [classifier.newState()]);
  return { classifier, backend };
}
