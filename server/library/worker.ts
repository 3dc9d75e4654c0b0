/** The worker's side of the library's threads: hears groups of files and posts an answer for each. `workers.ts` starts it. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { withEmbedding } from '../../models/embedding.js';
import type { Backend } from '../../models/tensorflow/backend.js';
import type { Bundle } from '../../models/model-folder.js';
import { FILE_SHARD_SETTINGS } from '../files/classify-sound.js';
import { PIPE_DEFAULTS } from '../pipe/settings.js';
import { judgeGroup, type Judgement } from './judge.js';
import { LocalStreams } from './local-streams.js';

export interface WorkerStart {
  readonly bundle: Bundle;
  readonly backend: Backend | undefined;
  readonly quick: boolean;
  /** URL of a module that exports `startClassifier`. */
  readonly classifier: string;
}

/** A group to hear; null stops the work. */
export type ToWorker = readonly string[] | null;

export type FromWorker = { readonly type: 'ready' }
  | { readonly type: 'answer'; readonly path: string; readonly judgement: Judgement }
  | { readonly type: 'done' }
  /** What no file is to blame for. */
  | { readonly type: 'failed'; readonly reason: string };

async function run(port: MessagePort, { bundle, backend, quick, classifier: url }: WorkerStart): Promise<void> {
  const post = (message: FromWorker): void => port.postMessage(message);
  const fail = (error: unknown): void => post({ type: 'failed', reason: error instanceof Error ? error.message : String(error) });
  const stop = new AbortController();
  try {
    const { startClassifier } = await import(url) as typeof import('../shards/classifier.js');
    const widened = withEmbedding(bundle);
    const { classifier } = await startClassifier(widened, backend);
    const model = widened.manifest;
    const streams = new LocalStreams(classifier, model, { ...PIPE_DEFAULTS, ...FILE_SHARD_SETTINGS });
    port.on('message', (paths: ToWorker) => {
      if (paths === null) return stop.abort();
      judgeGroup(paths, { streams, model, quick, signal: stop.signal }, (path, judgement) => {
        if (!stop.signal.aborted) post({ type: 'answer', path, judgement });
      }).then(() => post({ type: 'done' }), fail);
    });
    post({ type: 'ready' });
  } catch (error) {
    fail(error);
  }
}

if (!parentPort) throw new Error('server/library/worker.ts runs in a worker thread; start it with Workers.start.');
await run(parentPort, workerData as WorkerStart);
