/**
 * The pipe. Bytes of one stream go in at the top, what its people read comes out at the bottom.
 * Each stage is a class with state of its own; the operators here only wire them. What flows is a
 * chunk or a block at a time: columns never leave the inner loops.
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

/** A chunk goes through all of a stream's pipe before the next stream's: one scratch does for all of a thread. */
const DECODED = new ScratchBuffer();
const RESAMPLED = new ScratchBuffer();
const NORMALISED = new ScratchBuffer();

/** A large message is taken in parts, so that the scratch of a stream's stages stays small; a packet of Opus is one. */
const PCM_PART_BYTES = 16 * 1024;

/** Bytes as they came. */
export interface Chunk {
  readonly bytes: Uint8Array;
  /** ms on the server's clock. */
  readonly arrivedAtMs: number;
}

/** How far a stream has come; the pipe moves it on, its owner reads it. */
export class Progress {
  /** Bytes taken in. */
  bytes = 0;
  /** Stream time of all sound taken in. */
  heardMs = 0;
  /** Stream time of the newest block made, scored or not. */
  madeMs = 0;
  /** Stream time of the newest block scored. */
  scoredMs = 0;
  /** Bytes up to the newest block scored. */
  scoredBytes = 0;
  /** Number of the newest prediction. */
  seq = 0;
  droppedMs = 0;
  /** Of the newest prediction. */
  lagMs = 0;
  /** Whether it keeps to the clock: a file doesn't. */
  isLive = true;

  /** @param from where a stream goes on after its shard died */
  constructor(from: Partial<Pick<Progress, 'seq' | 'scoredMs' | 'droppedMs'>> = {}) {
    this.seq = from.seq ?? 0;
    this.heardMs = this.madeMs = this.scoredMs = from.scoredMs ?? 0;
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
  /** Whether `columns` messages come too. */
  readonly spectrogram?: boolean | undefined;
  /** It keeps to the clock by itself: never taken for a file. */
  readonly isPaced?: boolean | undefined;
  /** The Opus decoders' library; needed for streams of that encoding only. */
  readonly opus?: (() => OpusLibrary) | undefined;
  readonly progress?: Progress | undefined;
}

/**
 * Bytes to messages: a prediction a block, then the summary.
 * @throws (as the Observable's error) ProtocolError: `not-audio` or `internal`
 */
export function pipe(chunk$: Observable<Chunk>, options: PipeOptions): Observable<EncodedMessage> {
  const { model, settings, progress = new Progress() } = options;
  return defer(() => smoothedBlocks(chunk$, { ...options, progress }).pipe(
    tell(model, settings, progress, options.topK),
  ));
}

/** Bytes to judged blocks: the pipe before anything is said. */
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

/** Stored levels to judged blocks: the pipe from columns on. */
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
      if (samples.length > 0) emit({ samples, arrivedAtMs: sound.arrivedAtMs, endBytes: sound.endBytes }); // a packet of 20 ms seldom fills what is resampled at once
    },
    flush: () => last && emit({ ...last, samples: resampler.flush() }),
  }));
}

/** Live sound that waited too long for this thread is counted and left out, before it costs more. */
function melColumns({ frontEnd, blockColumns }: Manifest, engine: Engine, progress: Progress, picture: boolean): OperatorFunction<SampleChunk, MelBlock> {
  const columns = new BlockColumns(frontEnd, blockColumns, { fromMs: progress.heardMs, picture });
  return stage((emit) => {
    const made = (block: MelBlock): void => {
      progress.madeMs = block.atMs;
      if (block.isLate) {
        progress.scoredMs = block.atMs;
        progress.scoredBytes = block.endBytes;
      }
      emit(block);
    };
    return {
      push: (sound) => {
        columns.push(sound, made, progress.isLive && engine.isLate(sound.arrivedAtMs));
        progress.heardMs = columns.durationMs;
      },
      flush: () => columns.flush(emit),
    };
  });
}

/** A block at a time, because the level of a block says whether it starts afresh. */
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

function tell({ labels, smoothing: { unknownBelow } }: Manifest, settings: PipeSettings, progress: Progress, topK: number | undefined): OperatorFunction<SmoothedBlock, EncodedMessage> {
  const teller = new PredictionMessages(labels, settings.maxSegments, { topK, unknownBelow, seq: progress.seq, fromMs: progress.heardMs, droppedMs: progress.droppedMs });
  return stage((emit) => ({
    push: (judged) => {
      teller.block(judged, emit);
      progress.seq = teller.seq;
      progress.droppedMs = teller.droppedMs;
      progress.lagMs = judged.lagMs;
    },
    flush: () => emit(teller.summary(progress.heardMs)),
  }));
}

/** What a stage does with what comes; `flush` gives what the end of the stream still owes. */
interface Work<In> {
  push(value: In): void;
  flush?(): void;
}

/** Wires a stage's methods. Nothing is made for each value: there are thousands a second. */
function stage<In, Out>(make: (emit: (out: Out) => void) => Work<In>): OperatorFunction<In, Out> {
  return (in$) => new Observable((subscriber) => {
    const work = make((out) => subscriber.next(out));
    return in$.subscribe({
      next: (value) => {
        try {
          work.push(value);
        } catch (error) {
          subscriber.error(error);
        }
      },
      error: (error: unknown) => subscriber.error(error),
      complete: () => {
        try {
          work.flush?.();
        } catch (error) {
          subscriber.error(error);
        }
        subscriber.complete(); // nothing, after an error
      },
    });
  });
}

/** Bytes of one chunk to mono samples, -1 to 1; the view is valid until the next chunk. */
interface Decoder {
  decode(bytes: Uint8Array): Float32Array;
  close?(): void;
}

/** Opus is decoded at any of its rates, whatever it was encoded at: at the lowest that leaves nothing out which the model hears. */
function decodedRateOf({ encoding, sampleRate }: AudioFormat, { frontEnd }: Manifest): number {
  if (encoding !== 'opus') return sampleRate;
  return Math.min(sampleRate, OPUS_SAMPLE_RATES.find((rate) => rate >= frontEnd.sampleRate) ?? sampleRate);
}

function decoderFor({ encoding, channels }: AudioFormat, sampleRate: number, opus: PipeOptions['opus']): Decoder {
  if (encoding !== 'opus') return new PcmDecoder(encoding, channels, DECODED, simdFromInt16);
  if (!opus) throw new Error('A stream of Opus packets needs the option `opus`.');
  return opus().decoder(sampleRate, channels);
}
