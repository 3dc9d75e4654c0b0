/** The model folder and the backend: loads the model and runs it on one block, as a shard does at start. */
import type { Bundle } from '../../models/model-folder.js';
import type { Settings } from '../settings.js';
import { ok, problem, reasonOf, type Finding } from './finding.js';

export async function checkModel({ model }: Pick<Settings, 'model'>): Promise<Finding> {
  const { loadBundle } = await import('../../models/model-folder.js');
  try {
    const { manifest: { name, version, labels, weights }, weights: { length } } = await loadBundle(model);
    return ok(
      `${name} ${version}, ${labels.length} genres, ${(length / 1000).toFixed(0)} thousand weights with the right checksum (${weights.sha256.slice(0, 12)}…)`,
      { folder: model, name, version, labels, weights: length, sha256: weights.sha256 },
    );
  } catch (error) {
    return problem(reasonOf(error), 'Name another model folder with --model, or restore this one (git checkout, npm ci).', { folder: model });
  }
}

/** If the model can't be loaded, the backend is only chosen; `checkModel` reports the reason. */
export async function checkBackend({ backend: wanted, model }: Pick<Settings, 'backend' | 'model'>): Promise<Finding> {
  const { whyNotNative } = await import('../../models/tensorflow/backend.js');
  const { startClassifier } = await import('../shards/classifier.js');
  const reason = wanted === 'wasm' ? 'not asked for' : await whyNotNative();
  const facts = { wanted, native: reason === undefined, whyNotNative: reason ?? null };
  const bundle = await loaded(model);
  const started = performance.now();
  try {
    const backend = bundle
      ? (await startClassifier(bundle, wanted === 'auto' ? undefined : wanted)).backend
      : reason === undefined ? 'native' : 'wasm';
    const ran = bundle ? `, first block after ${Math.round(performance.now() - started)} ms` : '';
    return ok(backend === 'native' ? `Native TensorFlow${ran}` : `WebAssembly${ran}; native TensorFlow: ${reason}`, { ...facts, backend });
  } catch (error) {
    return problem(reasonOf(error), 'Leave --backend out (auto) or set it to wasm.', { ...facts, backend: null });
  }
}

async function loaded(folder: string): Promise<Bundle | undefined> {
  const { loadBundle } = await import('../../models/model-folder.js');
  // Reported by another check.
  return loadBundle(folder).catch(() => undefined);
}
