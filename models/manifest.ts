/** Values derived from a manifest: block length, outputs, smoothing. No run-time imports, so that browsers can use it. */
import type { Manifest, SmoothingSettings } from './manifest-schema.js';

export type { Manifest, ModelTag, SmoothingSettings } from './manifest-schema.js';

/** Default smoothing of the kinds of sound, with hysteresis: `leave` is below `enter`. */
export const KINDS_SMOOTHING: NonNullable<SmoothingSettings['kinds']> = { timeConstantMs: 1500, enter: 0.5, leave: 0.35 };

/** Default smoothing of the probability of music of none of the labels, with hysteresis. */
export const OUTSIDE_SMOOTHING: NonNullable<SmoothingSettings['outside']> = { timeConstantMs: 10_000, enter: 0.7, leave: 0.5 };

/**
 * Number of outputs of the last layer: the logits of the labels, those of the kinds, that of `outside`, those
 * of the tags, then those of the second expert and its share.
 */
export function outputCount({ labels, tags, mixture, ...model }: Pick<Manifest, 'labels' | 'kinds' | 'outside' | 'tags' | 'mixture'>): number {
  return firstTag({ labels, ...model }) + (tags?.length ?? 0) + (mixture ? labels.length + 1 : 0);
}

/** Index of the output of `outside`, if there is one. */
export function outsideOutput({ labels, kinds }: Pick<Manifest, 'labels' | 'kinds'>): number {
  return labels.length + (kinds?.length ?? 0);
}

/** Index of the first tag's output, if there are tags. */
export function firstTag({ outside, ...model }: Pick<Manifest, 'labels' | 'kinds' | 'outside'>): number {
  return outsideOutput(model) + (outside ? 1 : 0);
}

/** Milliseconds of audio between predictions. */
export function blockMs({ blockColumns, frontEnd }: Pick<Manifest, 'blockColumns' | 'frontEnd'>): number {
  return (blockColumns * frontEnd.hop * 1000) / frontEnd.sampleRate;
}

/** Weight of the newest block in an exponential moving average with this time constant. */
export function smoothingGain(timeConstantMs: number, blockMs: number): number {
  return timeConstantMs > 0 ? 1 - Math.exp(-blockMs / timeConstantMs) : 1;
}
