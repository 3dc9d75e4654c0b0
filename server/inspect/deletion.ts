/**
 * Checks a map of occlusion: if the cells that it calls most important are hidden together, the log odds must fall
 * further than with as many cells drawn at random (the deletion test of Petsiuk, Das and Saenko 2018, "RISE").
 */
import { Random } from '../../models/random.js';
import { cellsAt, type Occlusion } from './occlusion.js';
import type { Probe } from './probe.js';

/** Share of the cells that are hidden. */
export const DELETED_SHARE = 0.1;
const DRAWS = 16;

export interface Deletion {
  /** Fall of the log odds without the cells of the highest falls. */
  readonly topFall: number;
  /** Mean over 16 draws of as many cells. */
  readonly randomFall: number;
  /** Number of draws whose fall was smaller than `topFall`, of 16. */
  readonly beaten: number;
  readonly draws: number;
}

/** The indices of the most important cells, most important first. */
export function topCells({ falls }: Occlusion): number[] {
  const count = Math.max(1, Math.round(DELETED_SHARE * falls.length));
  return Array.from(falls.keys()).sort((a, b) => falls[b]! - falls[a]!).slice(0, count);
}

export function deletion(probe: Probe, occlusion: Occlusion, seed = 1): Deletion {
  const top = topCells(occlusion);
  const random = new Random(seed);
  const draws = Array.from({ length: DRAWS }, () => random.shuffle(Array.from(occlusion.falls.keys())).slice(0, top.length));
  const [withoutTop, ...withoutRandom] = probe.logOddsWithout([top, ...draws].map((cells) => (
    cells.map((cell) => cellsAt(occlusion, probe.bands, Math.floor(cell / occlusion.up), cell % occlusion.up)))));
  const falls = withoutRandom.map((logOdds) => probe.logOdds - logOdds);
  const topFall = probe.logOdds - withoutTop!;
  return { topFall, randomFall: falls.reduce((sum, fall) => sum + fall, 0) / DRAWS, beaten: falls.filter((fall) => fall < topFall).length, draws: DRAWS };
}
