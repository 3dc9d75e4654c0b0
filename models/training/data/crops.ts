/**
 * Crops of level packs as network input: level bytes to dB, optional augmentation, then the same causal
 * normalisation as a live stream.
 */
import { decodeLevel } from '../../../dsp/mel/level-bytes.js';
import { Normaliser, type Normalisation } from '../../../dsp/mel/normalise.js';
import { trackLevels, type Pack, type Track } from '../../packs/pack.js';
import { Channel } from '../augmentation/channel.js';
import { Noise } from '../augmentation/noise.js';
import type { Random } from '../../random.js';
import { Room } from '../augmentation/room.js';

/** Augmentation of a crop before normalisation; all ranges are uniform. */
export interface Augmentation {
  /** Spectral tilt: linear level change from the lowest band to the highest, ± dB. */
  readonly tiltDb: number;
  /** A peak or dip, an octave or two wide, at a random band, ± dB. */
  readonly bumpDb: number;
  /** Shift along the mel axis, ± bands (like transposing, and like other sizes of instruments and voices). */
  readonly shiftBands: number;
  /** Maximum time stretch, ± share. */
  readonly stretch: number;
  /** Probability that up to 12 adjacent bands are masked (SpecAugment, Park et al. 2019). */
  readonly maskChance: number;
  /** Probability of a degraded channel (`channel.ts`). */
  readonly channelChance: number;
  /** Probability of room reverberation (`room.ts`). */
  readonly roomChance: number;
  /** Compression or expansion: the level of each column against the track's mean is multiplied by 1 ± this; default 0. */
  readonly dynamics?: number;
  /** Noise to mix in (`noise.ts`) and its probability; default: none. */
  readonly noise?: { readonly pack: Pack; readonly chance: number };
}

export const NO_AUGMENTATION: Augmentation = { tiltDb: 0, bumpDb: 0, shiftBands: 0, stretch: 0, maskChance: 0, channelChance: 0, roomChance: 0 };

/**
 * @param firstColumn first column within the track
 * @param out receives [columns × bands]; past the track's end the last column is repeated
 * @param lead columns before `firstColumn` that warm up the running mean
 * @param normaliser continues the state of a previous crop; default: a new one
 */
export function crop(
  pack: Pack,
  track: Track,
  settings: Normalisation,
  { firstColumn, columns, lead }: { firstColumn: number; columns: number; lead: number },
  augmentation: Augmentation,
  random: Random,
  out: Float32Array,
  normaliser = new Normaliser(settings, pack.frontEnd.bands),
): void {
  const { bands } = pack.frontEnd;
  const bytes = trackLevels(pack, track);
  const { tiltDb, bumpDb, shiftBands, stretch, maskChance, channelChance, roomChance, dynamics = 0, noise } = augmentation;
  const tilt = random.between(-tiltDb, tiltDb);
  const bump = random.between(-bumpDb, bumpDb);
  const bumpAt = random.between(0, bands);
  const bumpWidth = random.between(3, 10);
  const shift = random.between(-shiftBands, shiftBands);
  const speed = 1 + random.between(-stretch, stretch);
  const masked = random.next() < maskChance;
  const maskWidth = masked ? random.below(13) : 0;
  const maskFrom = random.below(bands);
  const background = noise !== undefined && random.next() < noise.chance ? new Noise(noise.pack, bytes, random) : undefined;
  const channel = channelChance > 0 && random.next() < channelChance ? new Channel(pack.frontEnd, loudest(bytes), random) : undefined;
  const room = roomChance > 0 && random.next() < roomChance ? new Room(pack.frontEnd, random) : undefined;

  const changeDb = Float32Array.from({ length: bands }, (_, band) => tilt * (band / (bands - 1) - 0.5)
    + bump * Math.exp(-0.5 * ((band - bumpAt) / bumpWidth) ** 2));
  const gain = dynamics > 0 ? dynamicGain(bytes, bands, random.between(-dynamics, dynamics)) : undefined;
  const column = new Float32Array(bands);
  const discard = new Float32Array(bands);
  for (let index = -lead; index < columns; index++) {
    const position = Math.min(Math.max(firstColumn + index * speed, 0), track.columns - 1);
    const before = Math.floor(position) * bands;
    const after = Math.min(Math.floor(position) + 1, track.columns - 1) * bands;
    const part = speed === 1 ? 0 : position - Math.floor(position);
    const gainDb = gain === undefined ? 0 : gain(before);
    for (let band = 0; band < bands; band++) {
      const source = Math.min(Math.max(band + shift, 0), bands - 1);
      const low = Math.floor(source);
      const high = Math.min(low + 1, bands - 1);
      const weight = source - low;
      const lowByte = bytes[before + low]! * (1 - part) + bytes[after + low]! * part;
      const highByte = weight === 0 ? lowByte : bytes[before + high]! * (1 - part) + bytes[after + high]! * part;
      column[band] = decodeLevel(lowByte * (1 - weight) + highByte * weight) + changeDb[band]! + gainDb;
    }
    background?.push(column);
    channel?.push(column);
    room?.push(column);
    if (index < 0) normaliser.levels(column, discard, 0);
    else normaliser.levels(column, out, index * bands);
  }
  for (let index = 0; index < columns; index++) {
    for (let band = maskFrom; band < Math.min(maskFrom + maskWidth, bands); band++) out[index * bands + band] = 0;
  }
}

/**
 * Gain of a compressor (`share` below 0) or an expander over whole columns, dB.
 * @returns the gain of the column that begins at a byte
 */
function dynamicGain(bytes: Uint8Array, bands: number, share: number): (from: number) => number {
  const level = (from: number, to: number): number => {
    let sum = 0;
    for (let index = from; index < to; index++) sum += bytes[index]!;
    return decodeLevel(sum / (to - from));
  };
  const mean = level(0, bytes.length);
  return (from) => share * (level(from, from + bands) - mean);
}

/** Highest level of a track, dB. */
function loudest(bytes: Uint8Array): number {
  let highest = 0;
  for (const byte of bytes) if (byte > highest) highest = byte;
  return decodeLevel(highest);
}

/** A whole track as a live stream would normalise it, [columns × bands]. */
export function wholeTrack(pack: Pack, track: Track, settings: Normalisation): Float32Array {
  const { bands } = pack.frontEnd;
  const bytes = trackLevels(pack, track);
  const normaliser = new Normaliser(settings, bands);
  const column = new Float32Array(bands);
  const out = new Float32Array(track.columns * bands);
  for (let index = 0; index < track.columns; index++) {
    for (let band = 0; band < bands; band++) column[band] = decodeLevel(bytes[index * bands + band]!);
    normaliser.levels(column, out, index * bands);
  }
  return out;
}
