/** What follows from a manifest: block length, outputs, smoothing. Imports nothing at run time, so browsers can have it. */
import type { Manifest, SmoothingSettings } from './manifest-schema.js';

export type { Manifest, SmoothingSettings } from './manifest-schema.js';

/** How the kinds of sound are smoothed where the model doesn't say: music is left less easily than entered. */
export const KINDS_SMOOTHING: NonNullable<SmoothingSettings['kinds']> = { timeConstantMs: 1500, enter: 0.5, leave: 0.35 };

/** Values that the last layer must have: the labels' logits, then those of the kinds. */
export function outputCount({ labels, kinds }: Pick<Manifest, 'labels' | 'kinds'>): number {
  return labels.length + (kinds?.length ?? 0);
}

/** Milliseconds of audio between predictions. */
export function blockMs({ blockColumns, frontEnd }: Pick<Manifest, 'blockColumns' | 'frontEnd'>): number {
  return (blockColumns * frontEnd.hop * 1000) / frontEnd.sampleRate;
}

/** Of a running mean with this time constant: the share of the newest block. */
export function smoothingGain(timeConstantMs: number, blockMs: number): number {
  return timeConstantMs > 0 ? 1 - Math.exp(-blockMs / timeConstantMs) : 1;
}
