/** The interface of a stream that is classified on this device: in a worker of the page, or in this thread. */
import type { Start } from '../../server/protocol/client-messages.js';
import type { ErrorCode } from '../../server/protocol/errors.js';

/** `start` as a server gets it, and what only the owner of a stream on this device can ask for. */
export type DeviceStart = Start & {
  /** `stretch` messages too, as a server has them for files. */
  readonly stretches?: boolean;
};

export interface DeviceFailure {
  readonly code: ErrorCode;
  readonly message: string;
}

export interface DeviceEvents {
  /** The model is loaded: the stream can be started. */
  opened(): void;
  /** @param json a message as a server sends it */
  message(json: string): void;
  /** No more messages; with a failure if the stream did not end by itself. */
  ended(failure?: DeviceFailure): void;
}

export interface DeviceStream {
  /** Bytes sent and not processed yet. */
  readonly waitingBytes: number;
  start(start: DeviceStart): void;
  /** @param bytes in the format of `start`; not changed, and not needed after the call */
  send(bytes: Uint8Array): void;
  /** The sound is complete. */
  end(): void;
  /** Ends the stream at once, without further events. */
  close(): void;
}

/** Opens a stream; its events come later than this returns. */
export type OpenDeviceStream = (events: DeviceEvents) => DeviceStream;
