/** The Web Worker in which a page's sound is classified. */
import { readCompactModel } from '../../models/compact/compact-model.js';
import { DeviceEngine, failureOf, type EngineStream } from './device-engine.js';
import { fetchModel } from './model-cache.js';
import type { FromWorker, ToWorker } from './worker-messages.js';

/** SHA-256 of the model's file; put in when this is built (`deploy/build/targets.js`). */
declare const MODEL_SHA256: string;

// The worker's global scope, which TypeScript's DOM library lacks.
const scope = globalThis as unknown as {
  onmessage: ((event: { readonly data: ToWorker }) => void) | null;
  postMessage(message: FromWorker): void;
};

let engine: DeviceEngine | undefined;
let stream: EngineStream | undefined;

const events = {
  opened: () => scope.postMessage({ type: 'opened' }),
  message: (json: string) => scope.postMessage({ type: 'message', json }),
  ended: (failure?: ReturnType<typeof failureOf>) => scope.postMessage({ type: 'ended', failure }),
};

async function load({ url, sha256 = MODEL_SHA256 }: Extract<ToWorker, { type: 'load' }>['model']): Promise<void> {
  try {
    engine = new DeviceEngine(await readCompactModel(await fetchModel({ url, sha256 })));
    events.opened();
  } catch (error) {
    events.ended(failureOf(error));
  }
}

scope.onmessage = ({ data }) => {
  switch (data.type) {
    case 'load':
      void load(data.model);
      break;
    case 'start':
      try {
        stream = engine!.open(data.start, events);
      } catch (error) {
        events.ended(failureOf(error));
      }
      break;
    case 'audio':
      stream?.send(data.bytes, data.arrivedAtMs);
      scope.postMessage({ type: 'taken', bytes: data.bytes.length });
      break;
    case 'end':
      stream?.end();
  }
};
