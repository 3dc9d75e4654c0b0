/**
 * Medleys: tracks of different genres, spliced every 20 to 40 s as on a radio station, and run through
 * the live pipe. They measure the delay of genre changes, for which there is no data set.
 * All parts are normalised to one loudness, as stations and players do, so that the genre changes and
 * not the volume. Cuts are hard: column to column for levels; for audio with 5 ms fades on both sides,
 * so that there are no clicks.
 */
import { concatenate } from '../../dsp/concatenate.js';
import { decodeLevel } from '../../dsp/mel/level-bytes.js';
import { melLevelMeter } from '../../dsp/mel/mel-level.js';
import type { FrontEnd } from '../../dsp/mel/mel-columns.js';
import { trackLevels, type Pack, type Track } from '../../models/packs/pack.js';
import { Random } from '../../models/random.js';
import { rmsDbOf } from '../pipe/stored-blocks.js';
import { classifyLevels, classifyRecording, recordingOf, type PipelineContext, type BlockResult } from './classify-tracks.js';
import { atRate, atRms, type Recording } from './recording.js';

/** Parts per medley. */
const PARTS = 6;
const SHORTEST_S = 20;
const LONGEST_S = 40;
const LOUDNESS_DB = -20;
const FADE_MS = 5;
/** Parts below this level are not normalised. */
const SILENCE_DB = -80;
/** Medleys classified concurrently. */
const CONCURRENT = 8;

/** A part of a medley: an excerpt of one track. */
export interface Part {
  readonly track: Track;
  /** First column within the track. */
  readonly from: number;
  readonly columns: number;
}

export interface MedleyResult {
  readonly blocks: readonly BlockResult[];
  /** In order; the first starts at 0 ms, each later start is a genre change. */
  readonly parts: ReadonlyArray<{ readonly trackId: string; readonly truth: number; readonly fromMs: number; readonly toMs: number }>;
}

/**
 * Draws the parts of medleys. Neighbours differ in genre; as far as that allows, every track is used
 * before any repeats.
 * @throws Error when fewer than two genres have tracks that are long enough
 */
export function planMedleys(tracks: readonly Track[], { hop, sampleRate }: FrontEnd, { count, seed }: { readonly count: number; readonly seed: number }): Part[][] {
  const columnsOf = (seconds: number): number => Math.ceil((seconds * sampleRate) / hop);
  const usable = tracks.filter(({ columns }) => columns >= columnsOf(SHORTEST_S));
  if (new Set(usable.map(({ genre }) => genre)).size < 2) {
    throw new Error(`Medleys need tracks of at least two genres that last ${SHORTEST_S} s or longer; there are ${usable.length} such tracks.`);
  }
  const random = new Random(seed);
  let queue: Track[] = [];
  const draw = (after: string | undefined): Track => {
    if (!queue.some(({ genre }) => genre !== after)) queue = [...queue, ...random.shuffle([...usable])];
    return queue.splice(queue.findIndex(({ genre }) => genre !== after), 1)[0]!;
  };
  return Array.from({ length: count }, () => {
    const parts: Part[] = [];
    while (parts.length < PARTS) {
      const track = draw(parts.at(-1)?.track.genre);
      const columns = Math.round(random.between(columnsOf(SHORTEST_S), Math.min(columnsOf(LONGEST_S), track.columns)));
      parts.push({ track, columns, from: random.below(track.columns - columns + 1) });
    }
    return parts;
  });
}

/** Classifies medleys; concurrent ones share the engine's steps. */
export async function classifyMedleys(pack: Pack, plans: readonly (readonly Part[])[], source: 'levels' | 'audio', context: PipelineContext, onMedley: () => void): Promise<MedleyResult[]> {
  const results: MedleyResult[] = [];
  for (let first = 0; first < plans.length; first += CONCURRENT) {
    results.push(...await Promise.all(plans.slice(first, first + CONCURRENT).map(async (plan) => {
      const blocks = source === 'levels' ? await classifyLevels(splicedLevels(pack, plan), context) : await classifyRecording(await splicedSound(pack, plan), context);
      onMedley();
      return { blocks, parts: partsOf(plan, pack.frontEnd, context.model.labels) };
    })));
  }
  return results;
}

function partsOf(plan: readonly Part[], { hop, sampleRate }: FrontEnd, labels: readonly string[]): MedleyResult['parts'] {
  let column = 0;
  return plan.map(({ track, columns }) => {
    const fromMs = (1000 * hop * column) / sampleRate;
    column += columns;
    return { trackId: track.id, truth: labels.indexOf(track.genre ?? ''), fromMs, toMs: (1000 * hop * column) / sampleRate };
  });
}

/** [columns × bands] */
export function splicedLevels(pack: Pack, plan: readonly Part[]): Uint8Array {
  const { bands } = pack.frontEnd;
  const meter = melLevelMeter(pack.frontEnd);
  return new Uint8Array(Buffer.concat(plan.map(({ track, from, columns }) => {
    const bytes = trackLevels(pack, track).subarray(from * bands, (from + columns) * bands);
    const rmsDb = rmsDbOf(Float32Array.from(bytes, decodeLevel), bands, meter);
    // Levels are in half decibels, so gain is a whole number of byte steps. Silence stays silence.
    const steps = rmsDb > SILENCE_DB ? Math.round(2 * (LOUDNESS_DB - rmsDb)) : 0;
    return bytes.map((byte) => Math.max(0, Math.min(255, byte + steps)));
  })));
}

/** Mono audio at the front end's rate, with the length given by the columns. */
export async function splicedSound(pack: Pack, plan: readonly Part[]): Promise<Recording> {
  const { hop, sampleRate } = pack.frontEnd;
  const parts: Float32Array[] = [];
  for (const { track, from, columns } of plan) {
    const samples = atRate(await recordingOf(pack, track), sampleRate);
    // A file shorter than its levels is padded with silence.
    const part = new Float32Array(columns * hop);
    part.set(samples.subarray(from * hop, (from + columns) * hop));
    parts.push(faded(atRms(part, 10 ** (LOUDNESS_DB / 20)), Math.round((FADE_MS / 1000) * sampleRate)));
  }
  return { samples: concatenate(parts), sampleRate };
}

/** Linear fades at both ends, in place. */
function faded(samples: Float32Array, length: number): Float32Array {
  for (let i = 0; i < length; i++) {
    samples[i]! *= i / length;
    samples[samples.length - 1 - i]! *= i / length;
  }
  return samples;
}
