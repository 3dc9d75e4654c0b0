/** A stream in this thread. */
import { failureOf, type DeviceEngine, type EngineStream } from './device-engine.js';
import type { DeviceEvents, DeviceStream, OpenDeviceStream } from './device-stream.js';
import { microtask } from './microtask.js';

/** @param load the engine, the same for all streams; a rejection ends the stream */
export function openInThread(load: () => Promise<DeviceEngine>): OpenDeviceStream {
  return (events) => new ThreadStream(load, events);
}

class ThreadStream implements DeviceStream {
  readonly waitingBytes = 0; // processed within `send`
  readonly #events: DeviceEvents;
  #engine: DeviceEngine | undefined;
  #stream: EngineStream | undefined;

  constructor(load: () => Promise<DeviceEngine>, events: DeviceEvents) {
    this.#events = events;
    load().then((engine) => {
      this.#engine = engine;
      events.opened();
    }, (error: unknown) => events.ended(failureOf(error)));
  }

  start(start: Parameters<DeviceStream['start']>[0]): void {
    try {
      this.#stream = this.#engine!.open(start, this.#events);
    } catch (error) {
      this.#events.ended(failureOf(error));
    }
  }

  send(bytes: Uint8Array): void {
    this.#stream?.send(bytes, microtask.now());
  }

  end(): void {
    this.#stream?.end();
  }

  close(): void {
    this.#stream?.close();
  }
}
