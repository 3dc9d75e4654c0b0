/** Values derived from a manifest: block length, outputs, smoothing. No run-time imports, so that browsers can use it. */
import type { Manifest, SmoothingSettings } from './manifest-schema.js';

export type { Manifest, SmoothingSettings } from './manifest-schema.js';

/** Default smoothing of the kinds of sound, with hysteresis: `leave` is below `enter`. */
export const KINDS_SMOOTHING: NonNullable<SmoothingSettings['kinds']> = { timeConstantMs: 1500, enter: 0.5, leave: 0.35 };

/** Number of outputs of the last layer: the logits of the labels, then those of the kinds. */
export function outputCount({ labels, kinds }: Pick<Manifest, 'labels' | 'kinds'>): number {
  return labels.length + (kinds?.length ?? 0);
}

/** Milliseconds of audio between predictions. */
export function blockMs({ blockColumns, frontEnd }: Pick<Manifest, 'blockColumns' | 'frontEnd'>): number {
  return (blockColumns * frontEnd.hop * 1000) / frontEnd.sampleRate;
}

/** Weight of the newest block in an exponential moving average with this time constant. */
export function smoothingGain(timeConstantMs: number, blockMs: number): number {
  return timeConstantMs > 0 ? 1 - Math.exp(-blockMs / timeConstantMs) : 1;
}
