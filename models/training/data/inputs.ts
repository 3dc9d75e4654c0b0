/**
 * Network input of a track: mel levels, other features, or both, concatenated per column. Mel levels
 * are normalised as in a live stream; every other value is standardised to mean 0 and deviation 1 over
 * the training tracks.
 */
import type { Normalisation } from '../../../dsp/mel/normalise.js';
import { readFeature, type Pack, type Track } from '../../packs/pack.js';
import { crop, NO_AUGMENTATION, wholeTrack, type Augmentation } from './crops.js';
import type { Random } from '../../random.js';

export const FEATURES = ['mel', 'mfcc', 'chroma', 'contrast', 'tempogram'] as const;

export type Feature = (typeof FEATURES)[number];

/** Features that a pack must store; the others are computed from the levels. */
const FROM_AUDIO: readonly Feature[] = ['chroma', 'contrast', 'tempogram'];

const MFCC = 20;

/** A pack with its feature rows loaded. */
export interface FeaturePack extends Pack {
  /** By feature: [columns × size] values. */
  readonly rows?: Readonly<Partial<Record<Feature, Float32Array>>>;
}

/** One input feature, as in `model.json`. */
export interface InputFeature {
  readonly name: Feature;
  /** Values in a column. */
  readonly size: number;
  /** [size] subtracted mean, and the deviation that it is then divided by. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

export interface Inputs {
  /** Values in a column. */
  readonly size: number;
  /** Undefined if mel levels are the only input. */
  readonly features: readonly InputFeature[] | undefined;
  /** As `crop` in crops.ts; `out` receives [columns × size]. Stored feature rows are neither stretched nor augmented. */
  crop(pack: FeaturePack, track: Track, place: { firstColumn: number; columns: number; lead: number }, augmentation: Augmentation, random: Random, out: Float32Array): void;
  /** A whole track from its start, [columns × size]. */
  whole(pack: FeaturePack, track: Track): Float32Array;
}

/** Mel levels, normalised as in a live stream. */
export function melInputs(normalisation: Normalisation, bands: number): Inputs {
  return {
    size: bands,
    features: undefined,
    crop: (pack, track, place, augmentation, random, out) => crop(pack, track, normalisation, place, augmentation, random, out),
    whole: (pack, track) => wholeTrack(pack, track, normalisation),
  };
}

/**
 * Loads the features that can't be computed from the levels.
 * @throws Error when the pack lacks one of them
 */
export async function withFeatures(pack: Pack, names: readonly Feature[]): Promise<FeaturePack> {
  const wanted = names.filter((name) => FROM_AUDIO.includes(name));
  const missing = wanted.filter((name) => pack.features?.[name] === undefined);
  if (missing.length > 0) {
    throw new Error(`The pack ${pack.folder}/${pack.name} has no ${missing.join(' and no ')}: these features need the audio. Create the pack again with npm run features -- --audio DIR --out DIR --features ${wanted.join(',')}, or use --features mel,mfcc.`);
  }
  const rows = await Promise.all(wanted.map(async (name) => [name, await readFeature(pack, name)] as const));
  return { ...pack, rows: Object.fromEntries(rows) };
}

/**
 * Builds the inputs for the named features, in that order.
 * @param train tracks over which mean and deviation are computed
 */
export function featureInputs(names: readonly Feature[], train: FeaturePack, normalisation: Normalisation): Inputs {
  const mel = melInputs(normalisation, train.frontEnd.bands);
  if (names.length === 1 && names[0] === 'mel') return mel;
  const sizes = names.map((name) => (name === 'mel' ? mel.size : name === 'mfcc' ? MFCC : train.features![name]!.size));
  const size = sizes.reduce((total, part) => total + part, 0);
  const starts = sizes.map((_, index) => sizes.slice(0, index).reduce((total, part) => total + part, 0));
  const cosines = cosineTransform(MFCC, mel.size);
  const allowsStretch = !names.some((name) => FROM_AUDIO.includes(name));

  /** @param levels [columns × bands], normalised levels of the same columns */
  function fill(pack: FeaturePack, track: Track, firstColumn: number, levels: Float32Array, out: Float32Array): void {
    const columns = levels.length / mel.size;
    names.forEach((name, part) => {
      const [start, length] = [starts[part]!, sizes[part]!];
      for (let column = 0; column < columns; column++) {
        const at = column * size + start;
        if (name === 'mel') {
          out.set(levels.subarray(column * length, (column + 1) * length), at);
        } else if (name === 'mfcc') {
          for (let index = 0; index < length; index++) {
            let sum = 0;
            for (let band = 0; band < mel.size; band++) sum += cosines[index * mel.size + band]! * levels[column * mel.size + band]!;
            out[at + index] = sum;
          }
        } else {
          const row = track.start + Math.min(Math.max(firstColumn + column, 0), track.columns - 1);
          out.set(pack.rows![name]!.subarray(row * length, (row + 1) * length), at);
        }
      }
    });
  }

  const { mean, deviation } = moments(train, size, (track) => {
    const out = new Float32Array(track.columns * size);
    fill(train, track, 0, mel.whole(train, track), out);
    return out;
  });
  names.forEach((name, part) => {
    if (name !== 'mel') return;
    mean.fill(0, starts[part], starts[part]! + sizes[part]!);
    deviation.fill(1, starts[part], starts[part]! + sizes[part]!);
  });
  const standardise = (out: Float32Array): void => {
    for (let index = 0; index < out.length; index++) out[index] = (out[index]! - mean[index % size]!) / deviation[index % size]!;
  };

  return {
    size,
    features: names.map((name, part) => ({
      name,
      size: sizes[part]!,
      mean: [...mean.subarray(starts[part], starts[part]! + sizes[part]!)],
      deviation: [...deviation.subarray(starts[part], starts[part]! + sizes[part]!)],
    })),
    crop(pack, track, place, augmentation, random, out) {
      const levels = new Float32Array(place.columns * mel.size);
      mel.crop(pack, track, place, allowsStretch ? augmentation : { ...augmentation, stretch: NO_AUGMENTATION.stretch }, random, levels);
      fill(pack, track, place.firstColumn, levels, out);
      standardise(out);
    },
    whole(pack, track) {
      const out = new Float32Array(track.columns * size);
      fill(pack, track, 0, mel.whole(pack, track), out);
      standardise(out);
      return out;
    },
  };
}

/** Mean and deviation of each value over all columns of a pack's tracks. */
function moments(pack: Pack, size: number, columnsOf: (track: Track) => Float32Array): { mean: Float64Array; deviation: Float64Array } {
  const mean = new Float64Array(size);
  const deviation = new Float64Array(size);
  const count = pack.tracks.reduce((total, { columns }) => total + columns, 0);
  for (const track of pack.tracks) {
    columnsOf(track).forEach((value, index) => {
      mean[index % size]! += value / count;
      deviation[index % size]! += (value * value) / count;
    });
  }
  for (let index = 0; index < size; index++) deviation[index] = Math.sqrt(Math.max(deviation[index]! - mean[index]! ** 2, 1e-8));
  return { mean, deviation };
}

/** Orthonormal DCT-II, as in scipy.fft.dct and librosa.feature.mfcc; [outputs × inputs]. */
function cosineTransform(outputs: number, inputs: number): Float64Array {
  return Float64Array.from({ length: outputs * inputs }, (_, index) => {
    const [k, n] = [Math.floor(index / inputs), index % inputs];
    return Math.sqrt((k === 0 ? 1 : 2) / inputs) * Math.cos((Math.PI * k * (2 * n + 1)) / (2 * inputs));
  });
}
