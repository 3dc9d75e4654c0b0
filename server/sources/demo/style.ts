/** Interface of a style: parameters, and a function that composes bars. */
import type { Drum } from './drums.js';
import type { Instrument } from './instruments.js';
import type { Random } from './random.js';

export interface Style {
  readonly name: string;
  /** Quarter notes a minute, lowest and highest. */
  readonly tempo: readonly [low: number, high: number];
  /** Where the second of two eighths falls in its beat: 0.5 straight, 0.667 triplets. */
  readonly swing: number;
  /** The same for sixteenths within an eighth. */
  readonly swing16?: number;
  /** A section's length is a multiple of so many bars where it fits in 20 to 30 s. */
  readonly barsPerPhrase: number;
  /** Brings the style to about -16 dBFS RMS. */
  readonly gain: number;
  /** Instruments that are played through the amplifier, and how hard it is driven. */
  readonly drive?: { readonly instruments: readonly Instrument[]; readonly gain: number; readonly level: number; readonly speakerHz: number };
  /** Where the treble rolls off, as the recordings of its time and kind do; absent: nowhere. */
  readonly trebleHz?: number;
  /** The room: how long it rings, and how much of it is heard. */
  readonly hall: { readonly seconds: number; readonly gain: number };
  /** Chooses key, chords and riffs; the function it returns writes one bar at a time. */
  compose(random: Random): (score: Score, bar: number, bars: number) => void;
}

/** Where a bar is written. Beats count from 0 at the start of the bar, in straight time; swing is added here. */
export interface Score {
  readonly random: Random;
  hit(drum: Drum, beat: number, velocity: number): void;
  note(instrument: Instrument, beat: number, midi: number, beats: number, velocity: number): void;
  /** `strumS`: time from one string to the next; negative for an upstroke. */
  chord(instrument: Instrument, beat: number, notes: readonly number[], beats: number, velocity: number, strumS?: number): void;
}
