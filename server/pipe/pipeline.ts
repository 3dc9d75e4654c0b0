/**
 * The pipe: RxJS operators from the bytes of one stream to its messages. Each stage is a class with
 * its own state; the operators here only connect them. Values are chunks or blocks; single columns
 * stay inside the stages' loops.
 */
import { defer, finalize, identity, Observable, tap, type OperatorFunction } from 'rxjs';
import { BlockLevels } from '../../dsp/pcm/block-levels.js';
import { Downmixer } from '../../dsp/pcm/downmix.js';
import { MAX_CHANNELS, PcmDecoder } from '../../dsp/pcm/pcm-decoder.js';
import { Resampler } from '../../dsp/resample/resampler.js';
import { ScratchBuffer } from '../../dsp/scratch-buffer.js';
import { simdFromInt16, simdMeasureSlices } from '../../dsp/pcm/pcm.simd.js';
import { SIMD_RESAMPLE } from '../../dsp/resample/resampler.simd.js';
import { blockMs, firstTag, outsideOutput, type Manifest } from '../../models/manifest.js';
import { BlockColumns, blockEndS, BlockNormaliser, type Block, type MelBlock, type SampleChunk } from './blocks.js';
import type { Engine, ClassifiedBlock } from './engine.js';
import { FloatCheck } from './float-check.js';
import { Gatherer } from './gather.js';
import { OPUS_CHANNELS, type OpusLibrary } from './opus.js';
import { OPUS_SAMPLE_RATES, type AudioFormat } from '../protocol/audio-format.js';
import type { PipeSettings } from './settings.js';
import { Smoother } from './smoothing.js';
import type { EncodedMessage } from '../protocol/encoded-message.js';
import { Tags } from './tags.js';
import { PredictionMessages, type SmoothedBlock } from './prediction-messages.js';
import { Progress, type Chunk } from './progress.js';

/** Chunks are processed to the end one at a time, so all streams of a thread share these scratch buffers. */
const DECODED = Array.from({ length: MAX_CHANNELS }, () => new ScratchBuffer());
const MIXED = new ScratchBuffer();
const RESAMPLED = new ScratchBuffer();
const NORMALISED = new ScratchBuffer();

/** Large PCM messages are processed in parts of this size, to keep the scratch buffers small. Opus packets are not split. */
const PCM_PART_BYTES = 16 * 1024;

export interface PipeOptions {
  readonly format: AudioFormat;
  readonly model: Manifest;
  readonly engine: Engine;
  readonly settings: PipeSettings;
  /** Labels in each prediction. */
  readonly topK?: number | undefined;
  /** Most tags in each prediction and in the summary; undefined for none. */
  readonly tags?: number | undefined;
  /** Whether to send `columns` messages too. */
  readonly spectrogram?: boolean | undefined;
  /** Whether to send `stretch` messages too. */
  readonly stretches?: boolean | undefined;
  /** The source runs in real time; never treat it as a file. */
  readonly isPaced?: boolean | undefined;
  /** Opus library; required for Opus streams only. */
  readonly opus?: (() => OpusLibrary) | undefined;
  readonly progress?: Progress | undefined;
  /** Gets each block before it is normalised; its arrays are valid during the call. */
  readonly onColumns?: ((block: MelBlock) => void) | undefined;
  /** Gets each block before its messages; its arrays are valid during the call. */
  readonly onBlock?: ((block: SmoothedBlock) => void) | undefined;
}

/**
 * Bytes to messages: one prediction per block, then the summary.
 * @throws (as the Observable's error) ProtocolError: `not-audio` or `internal`
 */
export function pipe(chunk$: Observable<Chunk>, options: PipeOptions): Observable<EncodedMessage> {
  const { model, settings, progress = new Progress(), onBlock } = options;
  return defer(() => smoothedBlocks(chunk$, { ...options, progress }).pipe(
    onBlock ? tap(onBlock) : identity,
    toMessages(model, settings, progress, options),
  ));
}

/** Bytes to smoothed blocks: the pipe without the messages. */
export function smoothedBlocks(chunk$: Observable<Chunk>, options: PipeOptions): Observable<SmoothedBlock> {
  const { format, model, engine, settings, progress = new Progress(), onColumns } = options;
  const decodedRate = decodedRateOf(format, model);
  const channels = format.encoding === 'opus' ? OPUS_CHANNELS : format.channels;
  const levels = new BlockLevels(channels, (index) => blockEndS(model, index));
  return defer(() => chunk$.pipe(
    gather(format, model, progress),
    decode(format, decodedRate, options, levels, progress),
    resample(decodedRate, model),
    melColumns(model, engine, progress, levels, options.spectrogram === true),
    onColumns ? tap(onColumns) : identity,
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

function gather(format: AudioFormat, model: Manifest, progress: Progress): OperatorFunction<Chunk, Chunk> {
  if (format.encoding === 'opus') return identity;
  const gatherer = new Gatherer(format, model, progress);
  return stage((emit) => ({ push: (chunk) => gatherer.push(chunk, emit), flush: () => gatherer.flush(emit) }));
}

/** Bytes to mono. The levels of the channels are measured before the downmix. */
function decode(format: AudioFormat, decodedRate: number, { opus }: PipeOptions, levels: BlockLevels, progress: Progress): OperatorFunction<Chunk, SampleChunk> {
  if (format.encoding === 'opus') return decodeOpus(format, decodedRate, opus, levels, progress);
  const decoder = new PcmDecoder(format.encoding, format.channels, DECODED, simdFromInt16);
  const mixer = new Downmixer(decodedRate, format.channels, levels, MIXED, simdMeasureSlices);
  const { clippedSamples: clippedBefore } = progress;
  let endBytes = 0;
  const check = format.encoding === 'f32le' ? new FloatCheck(decoder, decodedRate, format.channels) : undefined;
  return stage((emit) => ({
    push: ({ bytes, arrivedAtMs }) => {
      for (let at = 0; at < bytes.length; at += PCM_PART_BYTES) {
        const part = bytes.length <= PCM_PART_BYTES ? bytes : bytes.subarray(at, at + PCM_PART_BYTES);
        endBytes += part.length;
        const channels = decoder.decode(part);
        if (check) {
          check.push(channels.length * channels[0]!.length);
          progress.clippedSamples = clippedBefore + decoder.clippedSamples;
        }
        emit({ samples: mixer.push(channels), arrivedAtMs, endBytes });
      }
    },
    flush: () => check?.judge(),
  }));
}

function decodeOpus({ channels }: AudioFormat, decodedRate: number, opus: PipeOptions['opus'], levels: BlockLevels, progress: Progress): OperatorFunction<Chunk, SampleChunk> {
  if (!opus) throw new Error('An Opus stream needs the option `opus`.');
  const decoder = opus().decoder(decodedRate, channels);
  const { badPackets: badBefore } = progress;
  const mixer = new Downmixer(decodedRate, OPUS_CHANNELS, levels, MIXED, simdMeasureSlices);
  return (chunk$) => chunk$.pipe(
    stage<Chunk, SampleChunk>((emit) => ({
      push: ({ bytes, arrivedAtMs }) => {
        progress.bytes += bytes.length;
        const decoded = decoder.decode(bytes);
        progress.badPackets = badBefore + decoder.badPackets;
        emit({ samples: mixer.push(decoded), arrivedAtMs, endBytes: progress.bytes });
      },
      flush: () => decoder.checkDecoded(),
    })),
    finalize(() => decoder.close()),
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
function melColumns({ frontEnd, blockColumns }: Manifest, engine: Engine, progress: Progress, levels: BlockLevels, picture: boolean): OperatorFunction<SampleChunk, MelBlock> {
  const columns = new BlockColumns(frontEnd, blockColumns, levels, { fromMs: progress.receivedMs, picture });
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
  const outsideAt = outsideOutput(model);
  const tagsAt = firstTag(model);
  const tagsTo = tagsAt + (model.tags?.length ?? 0);
  const smoother = new Smoother(model.smoothing, model.labels, blockMs(model), settings);
  return stage((emit) => ({
    push: (scored) => {
      const { block, scores, lagMs, droppedMs, isLive } = scored;
      progress.scoredMs = block.atMs;
      progress.scoredBytes = block.endBytes;
      progress.isLive = isLive;
      const probabilities = scores.subarray(0, model.labels.length);
      const kinds = model.kinds && scores.subarray(model.labels.length, model.labels.length + model.kinds.length);
      const outside = model.outside && scores[outsideAt];
      const tags = model.tags && scores.subarray(tagsAt, tagsTo);
      emit({ block, scores, lagMs, droppedMs, isLive, probabilities, kinds, outside, tags, shown: smoother.push(probabilities, block, kinds, outside) });
    },
  }));
}

function toMessages(model: Manifest, settings: PipeSettings, progress: Progress, { topK, tags: mostTags, stretches }: Pick<PipeOptions, 'topK' | 'tags' | 'stretches'>): OperatorFunction<SmoothedBlock, EncodedMessage> {
  const { labels, smoothing: { unknownBelow } } = model;
  return stage((emit) => {
    const tags = mostTags === undefined ? undefined : new Tags(model.tags ?? [], mostTags, blockMs(model));
    const messages = new PredictionMessages(labels, settings.maxSegments, { topK, tags, unknownBelow, seq: progress.seq, fromMs: progress.receivedMs, droppedMs: progress.droppedMs, onStretch: stretches ? emit : undefined });
    return {
      push: (smoothed) => {
        messages.block(smoothed, progress, emit);
        progress.seq = messages.seq;
        progress.droppedMs = messages.droppedMs;
        progress.lagMs = smoothed.lagMs;
      },
      flush: () => emit(messages.summary(progress.receivedMs, progress)),
    };
  });
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

/** Opus can be decoded at any of its rates, whatever rate it was encoded at: use the lowest that covers the model's sample rate. */
function decodedRateOf({ encoding, sampleRate }: AudioFormat, { frontEnd }: Manifest): number {
  if (encoding !== 'opus') return sampleRate;
  return Math.min(sampleRate, OPUS_SAMPLE_RATES.find((rate) => rate >= frontEnd.sampleRate) ?? sampleRate);
}
