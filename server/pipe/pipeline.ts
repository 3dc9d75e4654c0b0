/**
 * The pipe: RxJS operators from the bytes of one stream to its messages. Each stage is a class with
 * its own state; the operators here only connect them. Values are chunks or blocks; single columns
 * stay inside the stages' loops.
 */
import { defer, finalize, identity, Observable, type OperatorFunction } from 'rxjs';
import { PcmDecoder } from '../../dsp/pcm/pcm-decoder.js';
import { Resampler } from '../../dsp/resample/resampler.js';
import { ScratchBuffer } from '../../dsp/scratch-buffer.js';
import { simdFromInt16 } from '../../dsp/pcm/pcm.simd.js';
import { SIMD_RESAMPLE } from '../../dsp/resample/resampler.simd.js';
import { blockMs, type Manifest } from '../../models/manifest.js';
import { BlockColumns, BlockNormaliser, type Block, type MelBlock, type SampleChunk } from './blocks.js';
import type { Engine, ClassifiedBlock } from './engine.js';
import type { OpusLibrary } from './opus.js';
import { OPUS_SAMPLE_RATES, type AudioFormat } from '../protocol/audio-format.js';
import type { PipeSettings } from './settings.js';
import { Smoother } from './smoothing.js';
import type { EncodedMessage } from '../protocol/encoded-message.js';
import { PredictionMessages, type SmoothedBlock } from './prediction-messages.js';

/** Chunks are processed to the end one at a time, so all streams of a thread share these scratch buffers. */
const DECODED = new ScratchBuffer();
const RESAMPLED = new ScratchBuffer();
const NORMALISED = new ScratchBuffer();

/** Large PCM messages are processed in parts of this size, to keep the scratch buffers small. Opus packets are not split. */
const PCM_PART_BYTES = 16 * 1024;

/** Encoded bytes of one message. */
export interface Chunk {
  readonly bytes: Uint8Array;
  /** Arrival, ms on the server's clock. */
  readonly arrivedAtMs: number;
}

/** Progress of a stream: the pipe updates it, the stream's owner reads it. */
export class Progress {
  /** Bytes received. */
  bytes = 0;
  /** Stream time of all sound received. */
  receivedMs = 0;
  /** Stream time of the newest complete block, scored or not. */
  blockedMs = 0;
  /** Stream time of the newest block scored. */
  scoredMs = 0;
  /** Bytes up to the newest block scored. */
  scoredBytes = 0;
  /** Sequence number of the newest prediction. */
  seq = 0;
  droppedMs = 0;
  /** Lag of the newest prediction. */
  lagMs = 0;
  /** Whether the stream runs in real time; false for a file. */
  isLive = true;

  /** @param from where to continue a stream after its shard died */
  constructor(from: Partial<Pick<Progress, 'seq' | 'scoredMs' | 'droppedMs'>> = {}) {
    this.seq = from.seq ?? 0;
    this.receivedMs = this.blockedMs = this.scoredMs = from.scoredMs ?? 0;
    this.droppedMs = from.droppedMs ?? 0;
  }
}

export interface PipeOptions {
  readonly format: AudioFormat;
  readonly model: Manifest;
  readonly engine: Engine;
  readonly settings: PipeSettings;
  /** Labels in each prediction. */
  readonly topK?: number | undefined;
  /** Whether to send `columns` messages too. */
  readonly spectrogram?: boolean | undefined;
  /** The source runs in real time; never treat it as a file. */
  readonly isPaced?: boolean | undefined;
  /** Opus library; required for Opus streams only. */
  readonly opus?: (() => OpusLibrary) | undefined;
  readonly progress?: Progress | undefined;
}

/**
 * Bytes to messages: one prediction per block, then the summary.
 * @throws (as the Observable's error) ProtocolError: `not-audio` or `internal`
 */
export function pipe(chunk$: Observable<Chunk>, options: PipeOptions): Observable<EncodedMessage> {
  const { model, settings, progress = new Progress() } = options;
  return defer(() => smoothedBlocks(chunk$, { ...options, progress }).pipe(
    toMessages(model, settings, progress, options.topK),
  ));
}

/** Bytes to smoothed blocks: the pipe without the messages. */
export function smoothedBlocks(chunk$: Observable<Chunk>, options: PipeOptions): Observable<SmoothedBlock> {
  const { format, model, engine, settings, progress = new Progress() } = options;
  const decodedRate = decodedRateOf(format, model);
  return defer(() => chunk$.pipe(
    decode(format, decodedRate, options, progress),
    resample(decodedRate, model),
    melColumns(model, engine, progress, options.spectrogram === true),
    normalise(model, settings),
    engine.classify(options.isPaced),
    smooth(model, settings, progress),
  ));
}

/** Stored mel levels to smoothed blocks: the pipe from the columns on. */
export function smoothedBlocksFromColumns(levels$: Observable<MelBlock>, { model, engine, settings }: Pick<PipeOptions, 'model' | 'engine' | 'settings'>): Observable<SmoothedBlock> {
  return defer(() => levels$.pipe(
    normalise(model, settings),
    engine.classify(),
    smooth(model, settings, new Progress()),
  ));
}

function decode(format: AudioFormat, decodedRate: number, { opus }: PipeOptions, progress: Progress): OperatorFunction<Chunk, SampleChunk> {
  const decoder = decoderFor(format, decodedRate, opus);
  const partBytes = format.encoding === 'opus' ? Infinity : PCM_PART_BYTES;
  return (chunk$) => chunk$.pipe(
    stage<Chunk, SampleChunk>((emit) => ({
      push: ({ bytes, arrivedAtMs }) => {
        for (let at = 0; at < bytes.length; at += partBytes) {
          const part = bytes.length <= partBytes ? bytes : bytes.subarray(at, at + partBytes);
          progress.bytes += part.length;
          emit({ samples: decoder.decode(part), arrivedAtMs, endBytes: progress.bytes });
        }
      },
    })),
    finalize(() => decoder.close?.()),
  );
}

function resample(sampleRate: number, { frontEnd }: Manifest): OperatorFunction<SampleChunk, SampleChunk> {
  if (sampleRate === frontEnd.sampleRate) return identity;
  const resampler = new Resampler(sampleRate, frontEnd.sampleRate, RESAMPLED, SIMD_RESAMPLE);
  let last: SampleChunk | undefined;
  return stage((emit) => ({
    push: (sound) => {
      last = sound;
      const samples = resampler.push(sound.samples);
      if (samples.length > 0) emit({ samples, arrivedAtMs: sound.arrivedAtMs, endBytes: sound.endBytes }); // the resampler works in larger batches than a packet of 20 ms
    },
    flush: () => last && emit({ ...last, samples: resampler.flush() }),
  }));
}

/** Live sound that waited too long for this thread is dropped and counted before its mel columns are computed. */
function melColumns({ frontEnd, blockColumns }: Manifest, engine: Engine, progress: Progress, picture: boolean): OperatorFunction<SampleChunk, MelBlock> {
  const columns = new BlockColumns(frontEnd, blockColumns, { fromMs: progress.receivedMs, picture });
  return stage((emit) => {
    const onBlock = (block: MelBlock): void => {
      progress.blockedMs = block.atMs;
      if (block.isLate) {
        progress.scoredMs = block.atMs;
        progress.scoredBytes = block.endBytes;
      }
      emit(block);
    };
    return {
      push: (sound) => {
        columns.push(sound, onBlock, progress.isLive && engine.isLate(sound.arrivedAtMs));
        progress.receivedMs = columns.durationMs;
      },
      flush: () => columns.flush(emit),
    };
  });
}

/** Works per block, because the level of a whole block decides whether the state is reset. */
function normalise(model: Manifest, settings: PipeSettings): OperatorFunction<MelBlock, Block> {
  const normaliser = new BlockNormaliser(model, settings, NORMALISED);
  return stage((emit) => ({ push: (block) => emit(normaliser.push(block)) }));
}

function smooth(model: Manifest, settings: PipeSettings, progress: Progress): OperatorFunction<ClassifiedBlock, SmoothedBlock> {
  const smoother = new Smoother(model.smoothing, model.labels, blockMs(model), settings);
  return stage((emit) => ({
    push: (scored) => {
      const { block, scores, lagMs, droppedMs, isLive } = scored;
      progress.scoredMs = block.atMs;
      progress.scoredBytes = block.endBytes;
      progress.isLive = isLive;
      const probabilities = scores.subarray(0, model.labels.length);
      const kinds = model.kinds && scores.subarray(model.labels.length);
      emit({ block, scores, lagMs, droppedMs, isLive, probabilities, kinds, shown: smoother.push(probabilities, block, kinds) });
    },
  }));
}

function toMessages({ labels, smoothing: { unknownBelow } }: Manifest, settings: PipeSettings, progress: Progress, topK: number | undefined): OperatorFunction<SmoothedBlock, EncodedMessage> {
  const messages = new PredictionMessages(labels, settings.maxSegments, { topK, unknownBelow, seq: progress.seq, fromMs: progress.receivedMs, droppedMs: progress.droppedMs });
  return stage((emit) => ({
    push: (block) => {
      messages.block(block, emit);
      progress.seq = messages.seq;
      progress.droppedMs = messages.droppedMs;
      progress.lagMs = block.lagMs;
    },
    flush: () => emit(messages.summary(progress.receivedMs)),
  }));
}

/** Handlers of a stage; `flush` emits what remains at the end of the stream. */
interface StageHandlers<In> {
  push(value: In): void;
  flush?(): void;
}

/** Makes an operator from a stage's handlers. Allocates nothing per value: there are thousands a second. */
function stage<In, Out>(make: (emit: (out: Out) => void) => StageHandlers<In>): OperatorFunction<In, Out> {
  return (in$) => new Observable((subscriber) => {
    const handlers = make((out) => subscriber.next(out));
    return in$.subscribe({
      next: (value) => {
        try {
          handlers.push(value);
        } catch (error) {
          subscriber.error(error);
        }
      },
      error: (error: unknown) => subscriber.error(error),
      complete: () => {
        try {
          handlers.flush?.();
        } catch (error) {
          subscriber.error(error);
        }
        subscriber.complete(); // no effect after an error
      },
    });
  });
}

/** Decodes the bytes of one chunk to mono samples, -1 to 1; the view is valid until the next chunk. */
interface Decoder {
  decode(bytes: Uint8Array): Float32Array;
  close?(): void;
}

/** Opus can be decoded at any of its rates, whatever rate it was encoded at: use the lowest that covers the model's sample rate. */
function decodedRateOf({ encoding, sampleRate }: AudioFormat, { frontEnd }: Manifest): number {
  if (encoding !== 'opus') return sampleRate;
  return Math.min(sampleRate, OPUS_SAMPLE_RATES.find((rate) => rate >= frontEnd.sampleRate) ?? sampleRate);
}

function decoderFor({ encoding, channels }: AudioFormat, sampleRate: number, opus: PipeOptions['opus']): Decoder {
  if (encoding !== 'opus') return new PcmDecoder(encoding, channels, DECODED, simdFromInt16);
  if (!opus) throw new Error('An Opus stream needs the option `opus`.');
  return opus().decoder(sampleRate, channels);
}
