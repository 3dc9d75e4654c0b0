/**
 * Augmentation: a transmission channel applied to mel levels: band limits, often compression, and a
 * noise floor (`room.ts` has reverberation). Covers small loudspeakers, old recordings, narrow radio
 * and low bit rates. A network trained without them mistakes a missing treble for a genre.
 */
import { melEdges } from '../../../dsp/mel/filterbank.js';
import type { FrontEnd } from '../../../dsp/mel/mel-columns.js';
import type { Random } from '../../random.js';

/** Upper cutoff, log-uniform. */
const TOP_HZ = [3000, 10_000] as const;
/** Lower cutoff; 0 for none. */
const BOTTOM_HZ = [0, 60, 120, 200] as const;
/** Butterworth filter orders: 18 to 54 dB per octave. */
const ORDERS = [3, 9] as const;
const BOTTOM_ORDER = 4;
/** Noise floor relative to the loudest cell: from a worn record to a clean digital channel, which has nothing above its cutoff. */
const FLOOR_DB = [-105, -40] as const;
/** Noise that enters halfway passes this share of the channel's filter; otherwise it enters at the end and is flat. */
const HALFWAY = 0.5;
const HALFWAY_CHANCE = 0.5;
const COMPRESSED_CHANCE = 0.5;
const RATIO = [2, 5] as const;
/**
 * Release coefficient of the compressor's level per column: a time constant of about 200 ms at 11.5
 * columns per second. Attack is immediate.
 */
const RELEASE = 0.36;

/** One channel with the state of its compressor. */
export class Channel {
  readonly #gainDb: Float32Array;
  readonly #floorDb: Float32Array;
  /** Compressor gain per level, dB/dB; 0 without a compressor. */
  readonly #slope: number;
  #levelDb: number | undefined;

  /** @param loudestDb level of the loudest cell of the track */
  constructor({ bands, fMin, fMax }: FrontEnd, loudestDb: number, random: Random) {
    const top = Math.exp(random.between(Math.log(TOP_HZ[0]), Math.log(TOP_HZ[1])));
    const order = ORDERS[0] + random.below(ORDERS[1] - ORDERS[0] + 1);
    const bottom = BOTTOM_HZ[random.below(BOTTOM_HZ.length)]!;
    const floorDb = random.between(FLOOR_DB[0], FLOOR_DB[1]);
    const through = random.next() < HALFWAY_CHANCE ? HALFWAY : 0;
    const ratio = random.between(RATIO[0], RATIO[1]);
    this.#slope = random.next() < COMPRESSED_CHANCE ? 1 / ratio - 1 : 0;
    const edges = melEdges(bands, fMin, fMax);
    this.#gainDb = Float32Array.from({ length: bands }, (_, band) => {
      const centre = edges[band + 1]!;
      return -10 * Math.log10(1 + (centre / top) ** (2 * order)) - 10 * Math.log10(1 + (bottom / centre) ** (2 * BOTTOM_ORDER));
    });
    const loudestOutDb = loudestDb * (1 + this.#slope);
    this.#floorDb = this.#gainDb.map((gainDb) => loudestOutDb + floorDb + through * gainDb);
  }

  /** @param column [bands] levels in dB, changed in place */
  push(column: Float32Array): void {
    let power = 1e-12;
    for (let band = 0; band < column.length; band++) {
      column[band]! += this.#gainDb[band]!;
      power += 10 ** (column[band]! / 10);
    }
    const levelDb = 10 * Math.log10(power);
    const before = this.#levelDb ?? levelDb;
    this.#levelDb = levelDb > before ? levelDb : before + RELEASE * (levelDb - before);
    const gainDb = this.#slope * this.#levelDb;
    for (let band = 0; band < column.length; band++) column[band] = Math.max(this.#floorDb[band]!, column[band]! + gainDb);
  }
}
