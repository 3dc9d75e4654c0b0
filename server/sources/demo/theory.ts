/** Notes as MIDI numbers (60 is middle C), chords as distances in semitones from their root. */
import type { Random } from './random.js';

export const CHORDS = {
  major: [0, 4, 7],
  minor: [0, 3, 7],
  power: [0, 7, 12],
  dominant7: [0, 4, 7, 10],
  dominant9: [0, 4, 10, 14],
  major7: [0, 4, 7, 11],
  minor7: [0, 3, 7, 10],
  minor9: [0, 3, 10, 14],
  half7: [0, 3, 6, 10],
} as const;

export const SCALES = {
  major: [0, 2, 4, 5, 7, 9, 11],
  minor: [0, 2, 3, 5, 7, 8, 10],
  dorian: [0, 2, 3, 5, 7, 9, 10],
  mixolydian: [0, 2, 4, 5, 7, 9, 10],
  phrygian: [0, 1, 3, 5, 7, 8, 10],
  majorPentatonic: [0, 2, 4, 7, 9],
  minorPentatonic: [0, 3, 5, 7, 10],
  blues: [0, 3, 5, 6, 7, 10],
} as const;

export type Quality = keyof typeof CHORDS;
export type Scale = readonly number[];

/** A chord of a progression: semitones above the key's tonic, and quality. */
export type Step = readonly [offset: number, quality: Quality];

export function midiToHz(midi: number): number {
  return 440 * 2 ** ((midi - 69) / 12);
}

/** The note of this pitch class that is nearest to `near`, upward at a tie. */
export function nearest(pitch: number, near: number): number {
  const up = (((pitch - near) % 12) + 12) % 12;
  return near + (up <= 6 ? up : up - 12);
}

/** A chord's notes, each in the place nearest to `centre`, lowest first: neighbours share notes, as a player's hand would. */
export function voicing(root: number, quality: Quality, centre: number): number[] {
  return CHORDS[quality].map((interval) => nearest(root + interval, centre)).sort((a, b) => a - b);
}

/** A chord as a guitar has it: root low in `from` to `from` + 11, the rest stacked above. */
export function stacked(root: number, quality: Quality, from: number): number[] {
  const low = from + ((((root - from) % 12) + 12) % 12);
  return CHORDS[quality].map((interval) => low + interval);
}

/** The root in the octave that starts at `from`. */
export function bassNote(root: number, from: number): number {
  return from + ((((root - from) % 12) + 12) % 12);
}

/**
 * A tune's next note: mostly a step along the scale, now and then a leap, turned back at the edges;
 * on strong beats it is drawn to the chord.
 */
export function nextNote(last: number, tonic: number, scale: Scale, chord: Step, strong: boolean, low: number, high: number, random: Random): number {
  const move = random.chance(0.75) ? random.pick([-2, -1, -1, 1, 1, 2]) : random.pick([-4, -3, 3, 4]);
  let note = last;
  const direction = last + Math.sign(move) * 4 > high ? -1 : last + Math.sign(move) * 4 < low ? 1 : Math.sign(move);
  for (let moved = 0; moved < Math.abs(move);) {
    note += direction;
    if (scale.includes((((note - tonic) % 12) + 12) % 12)) moved += 1;
  }
  if (!strong) return note;
  const tones = CHORDS[chord[1]].map((interval) => nearest(tonic + chord[0] + interval, note));
  return tones.reduce((best, tone) => (Math.abs(tone - note) < Math.abs(best - note) ? tone : best));
}
