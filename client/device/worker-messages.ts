/** Messages between a page and its classifier's worker; a worker has one stream. */
import type { DeviceFailure, DeviceStart } from './device-stream.js';
import type { ModelFile } from './model-cache.js';

export type ToWorker =
  | { readonly type: 'load'; readonly model: Omit<ModelFile, 'sha256'> & Partial<ModelFile> }
  | { readonly type: 'start'; readonly start: DeviceStart }
  | { readonly type: 'audio'; readonly bytes: Uint8Array; readonly arrivedAtMs: number }
  | { readonly type: 'end' };

export type FromWorker =
  | { readonly type: 'opened' }
  | { readonly type: 'message'; readonly json: string }
  /** These bytes of audio are processed. */
  | { readonly type: 'taken'; readonly bytes: number }
  | { readonly type: 'ended'; readonly failure: DeviceFailure | undefined };
