/** Sound that came in 30 dB too quiet, as 16-bit samples: rounded without dither, so quiet passages lose their last bits. */
import type { Recording } from '../recording.js';

const GAIN = 10 ** (-30 / 20);
const STEPS = 32768;

export function reduceGain({ samples, sampleRate }: Recording): Recording {
  return { samples: samples.map((sample) => Math.max(-STEPS, Math.min(STEPS - 1, Math.round(sample * GAIN * STEPS))) / STEPS), sampleRate };
}
