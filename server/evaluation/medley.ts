/**
 * Medleys: tracks of different genres spliced every 20 to 40 s, as a radio plays them, through the
 * live pipe. Only streams change their genre, so only streams can be measured for how soon they
 * notice; no data set has that.
 *
 * All parts are brought to one loudness, as stations and players do: what is measured is a change of
 * genre, not of volume. Cuts are hard: columns against columns of levels, samples against samples of
 * sound with 5 ms of fade on both sides, so that no click announces them.
 */
import { concatenate } from '../../dsp/concatenate.js';
import { decodeLevel } from '../../dsp/mel/level-bytes.js';
import { melLevelMeter } from '../../dsp/mel/mel-level.js';
import type { FrontEnd } from '../../dsp/mel/mel-columns.js';
import { trackLevels, type Pack, type Track } from '../../models/packs/pack.js';
import { Random } from '../../models/random.js';
import { classifyLevels, classifyRecording, recordingOf, rmsDbOf, type PipelineContext, type BlockResult } from './classify-tracks.js';
import { atRate, atRms, type Recording } from './recording.js';

/** Genres follow each other so often in one medley. */
const PARTS = 6;
const SHORTEST_S = 20;
const LONGEST_S = 40;
const LOUDNESS_DB = -20;
const FADE_MS = 5;
/** Parts below are left as they are. */
const SILENCE_DB = -80;
/** Medleys that are heard at once. */
const CONCURRENT = 8;

/** A stretch of one track. */
export interface Part {
  readonly track: Track;
  /** First column within the track. */
  readonly from: number;
  readonly columns: number;
}

export interface MedleyResult {
  readonly blocks: readonly BlockResult[];
  /** In order; the first begins at 0, each other one is a change. */
  readonly parts: ReadonlyArray<{ readonly trackId: string; readonly truth: number; readonly fromMs: number; readonly toMs: number }>;
}

/**
 * Neighbours are of different genres; each track is drawn before any comes a second time, as far as
 * that allows.
 * @throws Error when the tracks are too short or of one genre only
 */
export function planMedleys(tracks: readonly Track[], { hop, sampleRate }: FrontEnd, { count, seed }: { readonly count: number; readonly seed: number }): Part[][] {
  const columnsOf = (seconds: number): number => Math.ceil((seconds * sampleRate) / hop);
  const usable = tracks.filter(({ columns }) => columns >= columnsOf(SHORTEST_S));
  if (new Set(usable.map(({ genre }) => genre)).size < 2) {
    throw new Error(`Medleys need tracks of two genres that last ${SHORTEST_S} s or longer; there are ${usable.length} such tracks.`);
  }
  const random = new Random(seed);
  let deck: Track[] = [];
  const draw = (after: string | undefined): Track => {
    if (!deck.some(({ genre }) => genre !== after)) deck = [...deck, ...random.shuffle([...usable])];
    return deck.splice(deck.findIndex(({ genre }) => genre !== after), 1)[0]!;
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

/** Several at once share the engine's steps. */
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
    // Half decibels: whole steps of a byte. Silence stays silence.
    const steps = rmsDb > SILENCE_DB ? Math.round(2 * (LOUDNESS_DB - rmsDb)) : 0;
    return bytes.map((byte) => Math.max(0, Math.min(255, byte + steps)));
  })));
}

/** Mono, at the front end's rate; as long as the columns say. */
export async function splicedSound(pack: Pack, plan: readonly Part[]): Promise<Recording> {
  const { hop, sampleRate } = pack.frontEnd;
  const parts: Float32Array[] = [];
  for (const { track, from, columns } of plan) {
    const samples = atRate(await recordingOf(pack, track), sampleRate);
    // A file that is shorter than its levels ends in silence.
    const part = new Float32Array(columns * hop);
    part.set(samples.subarray(from * hop, (from + columns) * hop));
    parts.push(faded(atRms(part, 10 ** (LOUDNESS_DB / 20)), Math.round((FADE_MS / 1000) * sampleRate)));
  }
  return { samples: concatenate(parts), sampleRate };
}

/** In place: straight lines up and down. */
function faded(samples: Float32Array, length: number): Float32Array {
  for (let i = 0; i < length; i++) {
    samples[i]! *= i / length;
    samples[samples.length - 1 - i]! *= i / length;
  }
  return samples;
}
