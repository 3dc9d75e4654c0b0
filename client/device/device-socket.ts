/**
 * The classifier on this device as a WebSocket: it answers `start`, audio and `stop` as a server does. So
 * `GenreClient` and everything built on it works with either.
 */
import type { Start, Stop } from '../../server/protocol/client-messages.js';
import { ERRORS } from '../../server/protocol/errors.js';
import type { Socket, SocketConstructor } from '../sdk/socket.js';
import type { DeviceEvents, DeviceFailure, DeviceStream, OpenDeviceStream } from './device-stream.js';

const [CONNECTING, OPEN, CLOSED] = [0, 1, 3];

/** A socket's class whose streams are opened by `open`; the address is not used. */
export function deviceSocket(open: OpenDeviceStream): SocketConstructor {
  return class extends DeviceSocket {
    constructor() {
      super(open);
    }
  };
}

class DeviceSocket implements Socket, DeviceEvents {
  binaryType = 'arraybuffer';
  readyState = CONNECTING;
  onopen: Socket['onopen'] = null;
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  onerror: Socket['onerror'] = null;
  readonly #stream: DeviceStream;

  constructor(open: OpenDeviceStream) {
    this.#stream = open(this);
  }

  get bufferedAmount(): number { return this.#stream.waitingBytes; }

  send(data: string | Uint8Array): void {
    if (typeof data !== 'string') return this.#stream.send(data);
    const message = JSON.parse(data) as Start | Stop;
    if (message.type === 'stop') this.#stream.end();
    // Its worker has ended with all that it knew of the stream.
    else if (message.resume !== undefined) this.ended({ code: 'resume-unknown', message: 'The classifier on this device was restarted.' });
    else this.#stream.start(message);
  }

  close(): void {
    this.readyState = CLOSED;
    this.#stream.close();
  }

  opened(): void {
    if (this.readyState !== CONNECTING) return;
    this.readyState = OPEN;
    this.onopen?.({});
  }

  // Events of a socket come later, never within `send`: the pipe may be at work.

  message(json: string): void {
    queueMicrotask(() => this.onmessage?.({ data: json }));
  }

  ended(failure?: DeviceFailure): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    if (failure) this.message(JSON.stringify({ type: 'error', ...failure }));
    queueMicrotask(() => {
      this.#stream.close();
      this.onclose?.({ code: failure ? ERRORS[failure.code].closeCode : 1000, reason: failure?.message ?? '' });
    });
  }
}
