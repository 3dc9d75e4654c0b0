/**
 * Runs whole tracks through the live pipe, from stored levels or from audio, and collects the output
 * per block. Many tracks share each step of the engine, as streams do.
 */
import { join } from 'node:path';
import { from, lastValueFrom, map, toArray, type Observable } from 'rxjs';
import type { Manifest } from '../../models/manifest.js';
import { argmax } from '../../models/metrics.js';
import { trackLevels, type Pack, type Track } from '../../models/packs/pack.js';
import type { Engine } from '../pipe/engine.js';
import { smoothedBlocks, smoothedBlocksFromColumns } from '../pipe/pipeline.js';
import type { Chunk } from '../pipe/progress.js';
import { blocksOf } from '../pipe/stored-blocks.js';
import type { Settings } from '../settings.js';
import { macrotask } from '../shards/macrotask.js';
import type { BlockLoudness, Smoothed } from '../pipe/smoothing.js';
import type { SmoothedBlock } from '../pipe/prediction-messages.js';
import { readRecording, type Recording } from './recording.js';

/** Length of the excerpts that are also classified on their own. */
const EXCERPT_MS = 4000;
/** Tracks classified concurrently. */
const CONCURRENT = 32;
/** Sound files read and degraded concurrently: each takes one to three processes. */
const CONCURRENT_READS = 4;

/** Input of the smoother for one block: the output of the network and of the level meter. */
export interface ScoredBlock {
  readonly atMs: number;
  /** [labels] probabilities of this block alone. */
  readonly probabilities: Float32Array;
  /** [music, speech, noise] probabilities of this block alone; undefined if the model has no sound kinds. */
  readonly kinds: Float32Array | undefined;
  /** Probability that this block alone is music of none of the labels; undefined if the model has no such output. */
  readonly outside: number | undefined;
  readonly loudness: BlockLoudness['loudness'];
  readonly resetsState: boolean;
}

/** Output of the live pipe after one block. */
export interface BlockResult extends ScoredBlock {
  readonly state: Smoothed['state'];
  /** Index of the shown genre; null if none is shown. */
  readonly shown: number | null;
  /** As `shown`; during the warm-up the genre with the highest probability. */
  readonly leading: number | null;
  /** False if the block is too quiet or not music, so it doesn't affect the genre. */
  readonly counts: boolean;
  /** Reported confidence in `shown`, 0 to 1. */
  readonly p: number;
  /** Reported probability of music, 0 to 1. */
  readonly music: number;
  /** Reported probability of music of none of the labels, 0 to 1; undefined before the first music, and if the model has no such output. */
  readonly smoothedOutside: number | undefined;
  /** Whether the state is `unknown` for that reason. */
  readonly isOutside: boolean;
}

export interface TrackResult {
  readonly id: string;
  /** Index of the true label among the model's labels, or among `names` if given. */
  readonly truth: number;
  readonly blocks: readonly BlockResult[];
  /** Blocks of each full 4 s excerpt, classified on its own from a zero state. */
  readonly excerpts: ReadonlyArray<readonly BlockResult[]>;
}

export interface PipelineContext {
  readonly model: Manifest;
  readonly engine: Engine;
  readonly settings: Settings;
}

/** Degrades the audio of a track; deterministic per track. */
export type Degrade = (recording: Recording, trackId: string) => Recording | Promise<Recording>;

export interface ClassifyOptions {
  readonly source: 'levels' | 'audio';
  /** Applies to source 'audio' only. */
  readonly degrade?: Degrade | undefined;
  /** Label names that `truth` indexes; default: the model's labels. */
  readonly names?: readonly string[];
  /** Called after each track. */
  readonly onTrack?: () => void;
}

/** @throws Error when a track's genre is not among the names; FileError when its audio can't be read */
export async function classifyTracks(pack: Pack, tracks: readonly Track[], { source, degrade, names, onTrack }: ClassifyOptions, context: PipelineContext): Promise<TrackResult[]> {
  const labels = names ?? context.model.labels;
  const truths = tracks.map((track) => {
    const truth = labels.indexOf(track.genre ?? '');
    if (truth < 0) throw new Error(`Track ${track.id} has the genre ${JSON.stringify(track.genre)}; the labels are ${labels.join(', ')}.`);
    return truth;
  });
  const results: TrackResult[] = [];
  for (let first = 0; first < tracks.length; first += CONCURRENT) {
    const group = tracks.slice(first, first + CONCURRENT);
    const recordings = source === 'audio' ? await recordingsOf(pack, group, degrade) : undefined;
    results.push(...await Promise.all(group.map(async (track, index) => {
      const done = { id: track.id, truth: truths[first + index]!, ...await (recordings ? wholeAndExcerpts(recordings[index]!, context) : fromLevels(pack, track, context)) };
      onTrack?.();
      return done;
    })));
  }
  return results;
}

/** Decodes a track's audio file. */
export async function recordingOf(pack: Pack, track: Track): Promise<Recording> {
  if (track.audio === undefined) throw new Error(`Track ${track.id} has no audio file.`);
  return readRecording(join(pack.folder, track.audio));
}

async function recordingsOf(pack: Pack, tracks: readonly Track[], degrade: Degrade = (recording) => recording): Promise<Recording[]> {
  const recordings: Recording[] = [];
  for (let first = 0; first < tracks.length; first += CONCURRENT_READS) {
    recordings.push(...await Promise.all(tracks.slice(first, first + CONCURRENT_READS).map(async (track) => degrade(await recordingOf(pack, track), track.id))));
  }
  return recordings;
}

/** @param bytes [columns × bands] levels from the model's front end */
export function classifyLevels(bytes: Uint8Array, context: PipelineContext): Promise<BlockResult[]> {
  return collect(smoothedBlocksFromColumns(from(blocksOf(bytes, context.model, macrotask.now())), context));
}

export function classifyRecording({ samples, sampleRate }: Recording, context: PipelineContext): Promise<BlockResult[]> {
  // Native byte order, which is little-endian on every platform that TensorFlow.js supports.
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const chunk$: Observable<Chunk> = from([{ bytes, arrivedAtMs: macrotask.now() }]);
  return collect(smoothedBlocks(chunk$, { format: { encoding: 'f32le', sampleRate, channels: 1 }, ...context }));
}

async function fromLevels(pack: Pack, track: Track, context: PipelineContext): Promise<Pick<TrackResult, 'blocks' | 'excerpts'>> {
  const { bands, hop, sampleRate } = pack.frontEnd;
  const bytes = trackLevels(pack, track);
  const excerptColumns = Math.round((EXCERPT_MS / 1000) * sampleRate / hop);
  const excerpts = Array.from({ length: Math.floor(track.columns / excerptColumns) }, (_, index) => classifyLevels(bytes.subarray(index * excerptColumns * bands, (index + 1) * excerptColumns * bands), context));
  return { blocks: await classifyLevels(bytes, context), excerpts: await Promise.all(excerpts) };
}

async function wholeAndExcerpts(recording: Recording, context: PipelineContext): Promise<Pick<TrackResult, 'blocks' | 'excerpts'>> {
  const { samples, sampleRate } = recording;
  const length = Math.round((EXCERPT_MS / 1000) * sampleRate);
  const excerpts = Array.from({ length: Math.floor(samples.length / length) }, (_, index) => classifyRecording({ samples: samples.subarray(index * length, (index + 1) * length), sampleRate }, context));
  return { blocks: await classifyRecording(recording, context), excerpts: await Promise.all(excerpts) };
}

function collect(block$: Observable<SmoothedBlock>): Promise<BlockResult[]> {
  return lastValueFrom(block$.pipe(
    map(({ block: { atMs, loudness, resetsState }, probabilities, kinds, outside, shown }) => blockResult({ atMs, loudness, resetsState, probabilities: probabilities.slice(), kinds: kinds?.slice(), outside }, shown)),
    toArray(),
  ));
}

/** Copies the smoother's output, since the smoother reuses the object. Field by field: spreading the block took most of the time of a sweep. */
export function blockResult({ atMs, loudness, resetsState, probabilities: scored, kinds, outside: scoredOutside }: ScoredBlock, { state, genre, p, music, isMusic, countsAsMusic, outside, isOutside, probabilities }: Smoothed): BlockResult {
  return { atMs, loudness, resetsState, probabilities: scored, kinds, outside: scoredOutside, state, counts: countsAsMusic, shown: genre, leading: state === 'warming' && isMusic ? argmax(probabilities) : genre, p, music, smoothedOutside: outside, isOutside };
}
