/**
 * What lines between the music and the listener do to its levels: an upper and a lower end, and a
 * floor of noise under it (`room.ts` for rooms). Small loudspeakers, old recordings, narrow radio, low bit
 * rates. A network that never met them takes a missing top for a genre.
 */
import { hzToMel, melToHz } from '../../dsp/filterbank.js';
import type { FrontEnd } from '../../dsp/mel.js';
import type { Random } from './random.js';

/** Where the top ends, drawn evenly on a logarithmic scale. */
const TOP_HZ = [3000, 10_000] as const;
/** Where the bottom ends; often nowhere. */
const BOTTOM_HZ = [0, 60, 120, 200] as const;
/** Orders of a Butterworth filter: 18 to 54 dB an octave. */
const ORDERS = [3, 9] as const;
const BOTTOM_ORDER = 4;
/** The floor under the loudest cell. */
const FLOOR_DB = [-75, -45] as const;

export interface Channel {
  /** [bands] what is added to each band. */
  readonly gainDb: Float32Array;
  /** No cell is lower than this under the loudest one. */
  readonly floorDb: number;
}

export function drawChannel({ bands, fMin, fMax }: FrontEnd, random: Random): Channel {
  const top = Math.exp(random.between(Math.log(TOP_HZ[0]), Math.log(TOP_HZ[1])));
  const order = ORDERS[0] + random.below(ORDERS[1] - ORDERS[0] + 1);
  const bottom = BOTTOM_HZ[random.below(BOTTOM_HZ.length)]!;
  const floorDb = random.between(FLOOR_DB[0], FLOOR_DB[1]);
  const [low, high] = [hzToMel(fMin), hzToMel(fMax)];
  const gainDb = Float32Array.from({ length: bands }, (_, band) => {
    const centre = melToHz(low + ((high - low) * (band + 1)) / (bands + 1));
    return -10 * Math.log10(1 + (centre / top) ** (2 * order)) - 10 * Math.log10(1 + (bottom / centre) ** (2 * BOTTOM_ORDER));
  });
  return { gainDb, floorDb };
}
