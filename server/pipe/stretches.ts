/**
 * The genre of each stretch of 4 s, a new one every 2 s: what was heard at that place, without the steadiness
 * of the live state, so that a file can be looked at as a timeline. Whether music is of none of the labels
 * is taken from the live state all the same: 4 s say too little about it.
 */
import type { StreamState, Stretch } from '../protocol/messages.js';
import { round, type SegmentBlock } from './segments.js';
import { MIN_PROBABILITY } from './smoothing.js';

const HALF_MS = 2000;
/** Share of a stretch that must be music, so that it gets a genre. */
const MIN_MUSIC_SHARE = 0.5;

/** Half of a stretch. */
interface Half {
  readonly index: number;
  /** [labels] sums of the log probabilities of the blocks of music. */
  readonly sums: Float64Array;
  music: number;
  /** Blocks of music shown as music of none of the labels. */
  outside: number;
  blocks: number;
  readonly states: Map<StreamState, number>;
}

export class Stretches {
  readonly #labels: readonly string[];
  readonly #unknownBelow: number;
  readonly #emit: (stretch: Stretch) => void;
  #before: Half | undefined;
  #open: Half | undefined;
  #blockStartMs: number;

  /** @param fromMs stream time at which the first block starts */
  constructor(labels: readonly string[], emit: (stretch: Stretch) => void, { fromMs = 0, unknownBelow = 0 } = {}) {
    this.#labels = labels;
    this.#emit = emit;
    this.#unknownBelow = unknownBelow;
    this.#blockStartMs = fromMs;
  }

  /** A block belongs to the half in which its middle lies. */
  push({ atMs, state, countsAsMusic, isOutside = false, probabilities }: Omit<SegmentBlock, 'genre' | 'p'>): void {
    const index = Math.floor((this.#blockStartMs + atMs) / 2 / HALF_MS);
    this.#blockStartMs = atMs;
    if (this.#open?.index !== index) {
      this.#finish(HALF_MS * ((this.#open?.index ?? 0) + 1));
      this.#before = this.#open;
      this.#open = { index, sums: new Float64Array(this.#labels.length), music: 0, outside: 0, blocks: 0, states: new Map() };
    }
    const half = this.#open!;
    half.blocks++;
    half.states.set(state, (half.states.get(state) ?? 0) + 1);
    if (!countsAsMusic) return;
    half.music++;
    if (isOutside) half.outside++;
    for (let label = 0; label < half.sums.length; label++) half.sums[label]! += Math.log(Math.max(probabilities[label]!, MIN_PROBABILITY));
  }

  /** @param durationMs where the last stretch ends */
  end(durationMs: number): void {
    this.#finish(durationMs, true);
    this.#before = this.#open = undefined;
  }

  /** Emits the stretch that ends with the open half. The first half alone is one only when nothing follows. */
  #finish(toMs: number, isLast = false): void {
    const { index, blocks } = this.#open ?? { index: 0, blocks: 0 };
    if (blocks === 0 || (!this.#before && !isLast)) return;
    const halves = [this.#before, this.#open].filter((half) => half !== undefined);
    const total = (count: (half: Half) => number): number => halves.reduce((sum, half) => sum + count(half), 0);
    const states = new Map<StreamState, number>();
    for (const half of halves) for (const [state, count] of half.states) states.set(state, (states.get(state) ?? 0) + count);
    const music = total((half) => half.music);
    const isMusic = music >= MIN_MUSIC_SHARE * total((half) => half.blocks);
    const top = isMusic ? this.#top(halves, music) : [];
    const best = top[0];
    const isOutside = 2 * total((half) => half.outside) > music;
    const genre = best && best[1] >= this.#unknownBelow && !isOutside ? best[0] : null;
    const fromMs = HALF_MS * (this.#before?.index ?? index);
    this.#emit({
      type: 'stretch', fromMs, toMs: round(Math.max(toMs, fromMs), 1),
      state: !isMusic ? mostOf(states) : genre === null ? 'unknown' : 'music',
      genre, p: genre === null ? 0 : best![1], top,
    });
  }

  /** All labels with the softmax of their mean log probabilities, best first. */
  #top(halves: readonly Half[], blocks: number): [label: string, p: number][] {
    const means = this.#labels.map((_, label) => halves.reduce((sum, { sums }) => sum + sums[label]!, 0) / blocks);
    const highest = Math.max(...means);
    const weights = means.map((mean) => Math.exp(mean - highest));
    const sum = weights.reduce((all, weight) => all + weight, 0);
    return this.#labels.map((label, index): [string, number] => [label, round(weights[index]! / sum, 4)]).sort(([, a], [, b]) => b - a);
  }
}

/** The state of most blocks; a stretch that is not music can't count as such. */
function mostOf(states: ReadonlyMap<StreamState, number>): StreamState {
  const others = [...states].filter(([state]) => state !== 'music').sort(([, a], [, b]) => b - a);
  return others[0]?.[0] ?? 'unknown';
}
