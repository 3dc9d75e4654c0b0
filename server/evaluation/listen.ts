/**
 * Whole tracks through the live pipe, from stored levels or from sound: what a stream of them would
 * have shown, block by block. Many tracks share each step of the engine, as streams do.
 */
import { join } from 'node:path';
import { from, lastValueFrom, map, toArray, type Observable } from 'rxjs';
import { decodeLevel } from '../../dsp/levels.js';
import { melLevelMeter } from '../../dsp/mel-level.js';
import type { Manifest } from '../../models/bundle.js';
import { argmax } from '../../models/metrics.js';
import { trackLevels, type Pack, type Track } from '../../models/pack.js';
import type { Columns } from '../blocks.js';
import { macrotask, type Engine } from '../engine.js';
import { fromColumns, judge, type Chunk } from '../pipeline.js';
import type { Settings } from '../settings.js';
import { SoundFile } from '../sources/file.js';
import type { Judged } from '../telling.js';

/** Length of the stretches that are also heard alone. */
const STRETCH_MS = 4000;
/** Tracks that are heard at once. */
const TOGETHER = 32;

/** What a stream showed after one block. */
export interface HeardBlock {
  readonly atMs: number;
  /** [labels] of this block alone. */
  readonly probabilities: Float32Array;
  /** Index of the genre that was shown; null while warming up and in silence. */
  readonly shown: number | null;
  /** As `shown`, and while warming up the one that leads; null in silence. */
  readonly leading: number | null;
  /** Reported confidence in `shown`. */
  readonly p: number;
}

export interface HeardTrack {
  readonly id: string;
  /** Index of the true genre among the model's labels. */
  readonly truth: number;
  readonly blocks: readonly HeardBlock[];
  /** The same for each full stretch of 4 s, heard alone from its start. */
  readonly stretches: ReadonlyArray<readonly HeardBlock[]>;
}

export interface Ears {
  readonly model: Manifest;
  readonly engine: Engine;
  readonly settings: Settings;
}

/**
 * @param onTrack is called as each is done
 * @throws Error when a track's genre is not among the model's labels; FileError when its sound can't be read
 */
export async function hearTracks(pack: Pack, tracks: readonly Track[], source: 'levels' | 'audio', ears: Ears, onTrack: () => void): Promise<HeardTrack[]> {
  const heard: HeardTrack[] = [];
  for (let first = 0; first < tracks.length; first += TOGETHER) {
    heard.push(...await Promise.all(tracks.slice(first, first + TOGETHER).map(async (track) => {
      const truth = ears.model.labels.indexOf(track.genre ?? '');
      if (truth < 0) throw new Error(`Track ${track.id} is of ${JSON.stringify(track.genre)}; the model knows ${ears.model.labels.join(', ')}.`);
      const done = { id: track.id, truth, ...await (source === 'levels' ? fromLevels(pack, track, ears) : fromSound(pack, track, ears)) };
      onTrack();
      return done;
    })));
  }
  return heard;
}

async function fromLevels(pack: Pack, track: Track, ears: Ears): Promise<Pick<HeardTrack, 'blocks' | 'stretches'>> {
  const { bands, hop, sampleRate } = pack.frontEnd;
  const bytes = trackLevels(pack, track);
  const hear = (part: Uint8Array): Promise<HeardBlock[]> => collect(fromColumns(from(blocksOf(part, ears.model)), ears));
  const stretchColumns = Math.round((STRETCH_MS / 1000) * sampleRate / hop);
  const stretches = Array.from({ length: Math.floor(track.columns / stretchColumns) }, (_, index) => hear(bytes.subarray(index * stretchColumns * bands, (index + 1) * stretchColumns * bands)));
  return { blocks: await hear(bytes), stretches: await Promise.all(stretches) };
}

/** [columns × bands] bytes as the blocks of a stream. */
function blocksOf(bytes: Uint8Array, { frontEnd, blockColumns }: Manifest): Columns[] {
  const { bands, hop, sampleRate } = frontEnd;
  const level = melLevelMeter(frontEnd);
  const arrivedAtMs = macrotask.now();
  const total = bytes.length / bands;
  return Array.from({ length: Math.ceil(total / blockColumns) }, (_, block) => {
    const first = block * blockColumns;
    const columns = Math.min(blockColumns, total - first);
    const cells = Float32Array.from(bytes.subarray(first * bands, (first + columns) * bands), decodeLevel);
    let power = 0;
    for (let column = 0; column < columns; column++) power += 10 ** (level(cells.subarray(column * bands, (column + 1) * bands)) / 10) / columns;
    const rmsDb = 10 * Math.log10(power);
    return {
      cells,
      columns,
      atMs: (1000 * hop * (first + columns)) / sampleRate,
      durationMs: (1000 * hop * columns) / sampleRate,
      rmsDb,
      peakDb: rmsDb,
      arrivedAtMs,
      endBytes: 0,
    };
  });
}

async function fromSound(pack: Pack, track: Track, ears: Ears): Promise<Pick<HeardTrack, 'blocks' | 'stretches'>> {
  if (track.audio === undefined) throw new Error(`Track ${track.id} has no audio file.`);
  const file = await SoundFile.open(join(pack.folder, track.audio));
  const parts: Uint8Array[] = [];
  for await (const part of file.chunks()) parts.push(part);
  const bytes = Buffer.concat(parts);
  const { format } = file;
  const hear = (part: Uint8Array): Promise<HeardBlock[]> => {
    const chunk$: Observable<Chunk> = from([{ bytes: part, arrivedAtMs: macrotask.now() }]);
    return collect(judge(chunk$, { format, ...ears }));
  };
  const stretchBytes = 4 * format.channels * Math.round((STRETCH_MS / 1000) * format.sampleRate);
  const stretches = Array.from({ length: Math.floor(bytes.length / stretchBytes) }, (_, index) => hear(bytes.subarray(index * stretchBytes, (index + 1) * stretchBytes)));
  return { blocks: await hear(bytes), stretches: await Promise.all(stretches) };
}

function collect(judged$: Observable<Judged>): Promise<HeardBlock[]> {
  return lastValueFrom(judged$.pipe(
    map(({ block, probabilities, shown }): HeardBlock => ({
      atMs: block.atMs,
      probabilities: probabilities.slice(),
      shown: shown.genre,
      leading: shown.state === 'silence' ? null : shown.genre ?? argmax(shown.probabilities),
      p: shown.p,
    })),
    toArray(),
  ));
}
