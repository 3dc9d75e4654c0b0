/**
 * A worker with the model loaded before it is needed, so that a page can say at once whether sound can be
 * classified here, and the first prediction comes sooner. It is taken by the next stream.
 */
import type { SocketConstructor } from '../sdk/socket.js';
import { deviceSocket } from './device-socket.js';
import type { DeviceEvents, DeviceStream, OpenDeviceStream } from './device-stream.js';

/** @param open opens a stream in a worker of its own */
export function withSpare(open: OpenDeviceStream): () => Promise<SocketConstructor> {
  /** Resolves when the model is loaded. */
  let spare: Promise<SpareStream> | undefined;
  let ready: SpareStream | undefined;

  const load = (): Promise<SpareStream> => new Promise((resolve, reject) => {
    const loading: SpareStream = new SpareStream(open, () => resolve(ready = loading), (error) => {
      if (ready === loading) ready = spare = undefined;
      reject(error);
    });
  });
  const Socket = deviceSocket((events) => {
    const taken = ready;
    ready = spare = undefined;
    return taken?.give(events) ?? open(events);
  });
  return async () => {
    spare ??= load();
    try {
      await spare;
    } catch (error) {
      spare = undefined;
      throw error;
    }
    return Socket;
  };
}

/** A stream without an owner, whose events go to the one that it gets. */
class SpareStream {
  readonly #stream: DeviceStream;
  #owner: DeviceEvents | undefined;

  constructor(open: OpenDeviceStream, onOpened: () => void, onFailed: (error: Error) => void) {
    this.#stream = open({
      opened: onOpened,
      message: (json) => this.#owner?.message(json),
      ended: (failure) => {
        if (this.#owner) return this.#owner.ended(failure);
        this.#stream.close();
        onFailed(new Error(failure?.message));
      },
    });
  }

  give(owner: DeviceEvents): DeviceStream {
    this.#owner = owner;
    queueMicrotask(() => owner.opened());
    return this.#stream;
  }
}
