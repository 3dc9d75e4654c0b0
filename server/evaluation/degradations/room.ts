/**
 * A loudspeaker recorded by a microphone across a living room: convolution with an impulse response of
 * direct sound and exponentially decaying noise (Polack 1988; Moorer 1979, "About this reverberation
 * business"). High frequencies decay faster.
 * The direct to reverberant ratio follows from the room: at the critical distance 0.057 √(Q V / RT60)
 * (Kuttruff, "Room Acoustics", V in m³) both are equal; each doubling of the distance reduces the
 * direct sound by 6 dB.
 */
import type { Random } from '../../../models/random.js';
import { Biquad } from '../../sources/demo/filters.js';
import { convolve } from '../convolve.js';
import { atRms, rms, type Recording } from '../recording.js';

/** RT60 of a furnished living room, s. */
const RT60_LOW_S = 0.55;
/** RT60 above `CROSSOVER_HZ`, where curtains and carpets absorb more, s. */
const RT60_HIGH_S = 0.4;
const CROSSOVER_HZ = 2000;
const RT60_S = 0.5;
const VOLUME_M3 = 60;
const DISTANCE_M = 2.5;
/** Directivity Q of a loudspeaker pointed at the microphone. */
const DIRECTIVITY = 3;
/** Delay from direct sound to the first reflections, s. */
const GAP_S = 0.005;

/** Direct to reverberant energy ratio, dB: -7.3 here. */
export const DIRECT_TO_REVERB_DB = 20 * Math.log10((0.057 * Math.sqrt((DIRECTIVITY * VOLUME_M3) / RT60_S)) / DISTANCE_M);

/** The recording in that room, at its original RMS level. */
export function addRoom({ samples, sampleRate }: Recording, random: Random): Recording {
  const reverberant = convolve(samples, impulseResponse(sampleRate, random)).subarray(0, samples.length);
  return { samples: atRms(reverberant, rms(samples)), sampleRate };
}

/** Impulse response: sample 0 is the direct sound, 1; its length is RT60_LOW_S, in which the low band decays by 60 dB. */
export function impulseResponse(sampleRate: number, random: Random): Float32Array {
  const length = Math.round(RT60_LOW_S * sampleRate);
  const gap = Math.round(GAP_S * sampleRate);
  const low = Float32Array.from({ length }, () => random.normal());
  // Independent noise: with the same noise the two bands would cancel around the crossover.
  const high = Float32Array.from({ length }, () => random.normal());
  new Biquad('lowpass', CROSSOVER_HZ, Math.SQRT1_2, sampleRate).process(low);
  new Biquad('highpass', CROSSOVER_HZ, Math.SQRT1_2, sampleRate).process(high);
  const tail = low.map((sample, i) => i < gap ? 0 : sample * decay(i / sampleRate, RT60_LOW_S) + high[i]! * decay(i / sampleRate, RT60_HIGH_S));
  let energy = 0;
  for (const sample of tail) energy += sample * sample;
  const gain = Math.sqrt(10 ** (-DIRECT_TO_REVERB_DB / 10) / energy);
  const response = tail.map((sample) => gain * sample);
  response[0] = 1;
  return response;
}

/** Amplitude after `seconds`; 60 dB lower after `rt60`. */
function decay(seconds: number, rt60: number): number {
  return 10 ** ((-3 * seconds) / rt60);
}
