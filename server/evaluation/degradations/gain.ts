/** Attenuates by 30 dB and quantises to 16 bits without dither, so quiet passages lose their low bits. */
import type { Recording } from '../recording.js';

const GAIN = 10 ** (-30 / 20);
const STEPS = 32768;

export function reduceGain({ samples, sampleRate }: Recording): Recording {
  return { samples: samples.map((sample) => Math.max(-STEPS, Math.min(STEPS - 1, Math.round(sample * GAIN * STEPS))) / STEPS), sampleRate };
}
