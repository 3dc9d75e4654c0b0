/**
 * The pipe on this device: what a shard of a server does, without sockets. Pure but for the clock, so that
 * it runs in a Web Worker and in Node.
 */
import { Observable, type Subscription } from 'rxjs';
import { areKernelsAvailable } from '../../dsp/kernels/kernels.js';
import { blockMs } from '../../models/manifest.js';
import type { Bundle } from '../../models/model-folder.js';
import { PlainStep } from '../../models/step/plain-step.js';
import { canStepSimd, SimdStep } from '../../models/step/simd-step.js';
import { Engine } from '../../server/pipe/engine.js';
import { pipe } from '../../server/pipe/pipeline.js';
import type { Chunk } from '../../server/pipe/progress.js';
import { PIPE_DEFAULTS } from '../../server/pipe/settings.js';
import { encodeMessage } from '../../server/protocol/encoded-message.js';
import { ProtocolError } from '../../server/protocol/errors.js';
import type { Ready } from '../../server/protocol/messages.js';
import type { DeviceEvents, DeviceStart } from './device-stream.js';
import { microtask } from './microtask.js';

export class DeviceEngine {
  readonly #bundle: Bundle;
  readonly #engine: Engine;
  #opened = 0;

  constructor(bundle: Bundle) {
    this.#bundle = bundle;
    const classifier = areKernelsAvailable() && canStepSimd(bundle) ? new SimdStep(bundle) : new PlainStep(bundle);
    this.#engine = new Engine(classifier, PIPE_DEFAULTS, microtask);
  }

  /** @throws ProtocolError if the format can't be processed here */
  open(start: DeviceStart, events: DeviceEvents): EngineStream {
    if (start.encoding === 'opus') throw new ProtocolError('bad-start', 'Opus is not decoded on the device: send PCM (s16le or f32le).');
    this.#opened += 1;
    const { name, version, labels, tags } = this.#bundle.manifest;
    const streamId = `device-${this.#opened}`;
    const ready: Ready = {
      type: 'ready',
      streamId,
      name: start.name ?? streamId,
      resumeToken: streamId,
      receivedBytes: 0,
      model: { name, version, labels, tags: tags?.map((tag) => tag.name) ?? [] },
      blockMs: blockMs(this.#bundle.manifest),
    };
    const stream = new EngineStream(start, this.#bundle, this.#engine, events);
    events.message(encodeMessage(ready).json);
    return stream;
  }
}

/** One stream of an engine. */
export class EngineStream {
  readonly #subscription: Subscription;
  #chunks: { next(chunk: Chunk): void; complete(): void } | undefined;

  constructor({ encoding, sampleRate, channels, topK, tags, spectrogram, stretches }: DeviceStart, { manifest }: Bundle, engine: Engine, events: DeviceEvents) {
    const chunk$ = new Observable<Chunk>((subscriber) => { this.#chunks = subscriber; });
    const options = { format: { encoding, sampleRate, channels }, model: manifest, engine, settings: PIPE_DEFAULTS, topK, tags, spectrogram, stretches };
    this.#subscription = pipe(chunk$, options).subscribe({
      next: ({ json }) => events.message(json),
      error: (error: unknown) => events.ended(failureOf(error)),
      complete: () => events.ended(),
    });
  }

  /** @param arrivedAtMs on the clock of `microtask` */
  send(bytes: Uint8Array, arrivedAtMs: number): void {
    this.#chunks?.next({ bytes, arrivedAtMs });
  }

  /** Scores what remains; the summary and `ended` follow. */
  end(): void {
    this.#chunks?.complete();
  }

  close(): void {
    this.#subscription.unsubscribe();
  }
}

/** What an error of the pipe says to the stream's owner. */
export function failureOf(error: unknown): { readonly code: ProtocolError['code']; readonly message: string } {
  if (error instanceof ProtocolError) return { code: error.code, message: error.message };
  if (error instanceof RangeError) return { code: 'bad-start', message: error.message };
  return { code: 'internal', message: `The classifier on this device failed: ${error instanceof Error ? error.message : String(error)}` };
}
