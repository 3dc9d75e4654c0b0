/**
 * A stream in a Web Worker of its own, which ends with it. The addresses are those of the built files, written
 * as bundlers look for them (`new Worker(new URL(…, import.meta.url))`).
 */
import type { DeviceEvents, DeviceStart, DeviceStream, OpenDeviceStream } from './device-stream.js';
import type { ModelFile } from './model-cache.js';
import type { FromWorker, ToWorker } from './worker-messages.js';

/** @param model another model's compact file; default the one that came with this */
export function openInWorker(model?: ModelFile): OpenDeviceStream {
  return (events) => new WorkerStream(events, model);
}

class WorkerStream implements DeviceStream {
  waitingBytes = 0;
  readonly #worker: Worker;

  constructor(events: DeviceEvents, model: ModelFile | undefined) {
    const worker = this.#worker = startWorker();
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      switch (data.type) {
        case 'opened': return events.opened();
        case 'message': return events.message(data.json);
        case 'taken': return void (this.waitingBytes -= data.bytes);
        case 'ended': return events.ended(data.failure);
      }
    };
    // A script that can't be loaded has no message.
    worker.onerror = ({ message }) => events.ended({ code: 'internal', message: `The classifier's worker failed: ${message || 'its script could not be loaded'}.` });
    this.#post({ type: 'load', model: model ?? { url: new URL('../../web/device/model.bin', import.meta.url).href } });
  }

  start(start: DeviceStart): void {
    this.#post({ type: 'start', start });
  }

  send(bytes: Uint8Array): void {
    // A copy: the sender may need the bytes again, and what is posted would otherwise be all of their buffer.
    const copy = bytes.slice();
    this.waitingBytes += copy.length;
    this.#post({ type: 'audio', bytes: copy, arrivedAtMs: performance.timeOrigin + performance.now() }, [copy.buffer]);
  }

  end(): void {
    this.#post({ type: 'end' });
  }

  close(): void {
    this.#worker.terminate();
  }

  #post(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}

function startWorker(): Worker {
  try {
    return new Worker(new URL('../../web/device/device-worker.js', import.meta.url), { type: 'module' });
  } catch {
    // A worker's script must come from the page's origin, so one from a CDN is imported by a script of the page.
    const { href } = new URL('../../web/device/device-worker.js', import.meta.url);
    const address = URL.createObjectURL(new Blob([`import ${JSON.stringify(href)};`], { type: 'text/javascript' }));
    return new Worker(address, { type: 'module' });
  }
}
