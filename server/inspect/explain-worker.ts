/** The thread that explains: one stretch after the other, so that neither live streams nor files wait for it. Started by `explanations.ts`. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { Classifier } from '../pipe/engine.js';
import type { Explanation } from '../protocol/messages.js';
import type { StartedClassifier } from '../shards/classifier.js';
import type { ExplainRequest, ExplainStart, FromExplainer, ToExplainer } from './explain-messages.js';
import { lookAt, type Look } from './look.js';

const DIGITS = 4;

async function run(port: MessagePort, { bundle, backend, classifier: url }: ExplainStart): Promise<void> {
  const { startClassifier } = await import(url) as { startClassifier(...args: readonly unknown[]): Promise<StartedClassifier> };
  const { classifier } = await startClassifier(bundle, backend);
  const stops = new Map<number, AbortController>();
  const explain = async (id: number, request: ExplainRequest): Promise<void> => {
    const stop = new AbortController();
    stops.set(id, stop);
    const answer = await explanationOf(request, bundle.manifest, classifier, stop.signal).then(
      (explanation): FromExplainer => ({ id, explanation }),
      (error: Error): FromExplainer => ({ id, reason: error.stack ?? error.message }),
    );
    stops.delete(id);
    port.postMessage(answer);
  };
  port.on('message', (message: ToExplainer) => {
    if (message.type === 'stop') stops.get(message.id)?.abort(new Error('stopped'));
    else void explain(message.id, message.request);
  });
}

async function explanationOf({ genre, ...stretch }: ExplainRequest, model: ExplainStart['bundle']['manifest'], classifier: Classifier, signal: AbortSignal): Promise<Explanation | undefined> {
  const look = await lookAt(stretch, model, classifier, { genre, signal });
  return look && explanation(look);
}

function explanation({ genre, p, fromColumn, columns, occlusion: { cellColumns, cellBands, falls }, deletion: { topFall, randomFall } }: Look): Explanation {
  return { genre, p: rounded(p), fromColumn, columns, cellColumns, cellBands, falls: Array.from(falls, rounded), topFall: rounded(topFall), randomFall: rounded(randomFall) };
}

function rounded(value: number): number {
  return Number(value.toFixed(DIGITS));
}

if (!parentPort) throw new Error('server/inspect/explain-worker.ts runs in a worker thread; Explanations starts it.');
await run(parentPort, workerData as ExplainStart);
