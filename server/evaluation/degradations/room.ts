/**
 * Music from a loudspeaker, heard by a microphone across a living room: convolution with an impulse
 * response. Direct sound, then exponentially decaying noise (Polack 1988; Moorer 1979, "About this
 * reverberation business"), high frequencies dying sooner than low ones.
 *
 * How much reverberation there is follows from the room: at the critical distance
 * 0.057 √(Q V / RT60) (Kuttruff, "Room Acoustics", V in m³) direct and reverberant sound are equally
 * strong; every doubling of the distance takes 6 dB off the direct sound.
 */
import type { Random } from '../../../models/random.js';
import { Biquad } from '../../sources/demo/filters.js';
import { convolve } from '../convolve.js';
import { atRms, rms, type Recording } from '../recording.js';

/** Of a furnished living room, s. */
const RT60_LOW_S = 0.55;
/** Above `CROSSOVER_HZ`, where curtains and carpets take more. */
const RT60_HIGH_S = 0.4;
const CROSSOVER_HZ = 2000;
const RT60_S = 0.5;
const VOLUME_M3 = 60;
const DISTANCE_M = 2.5;
/** Directivity Q of a loudspeaker that is pointed at the listener. */
const DIRECTIVITY = 3;
/** From the direct sound to the first reflections, s. */
const GAP_S = 0.005;

/** 10 log10 of direct over reverberant energy: -7.3 dB here. */
export const DIRECT_TO_REVERB_DB = 20 * Math.log10((0.057 * Math.sqrt((DIRECTIVITY * VOLUME_M3) / RT60_S)) / DISTANCE_M);

/** In that room, at the level it had. */
export function addRoom({ samples, sampleRate }: Recording, random: Random): Recording {
  const results = convolve(samples, impulseResponse(sampleRate, random)).subarray(0, samples.length);
  return { samples: atRms(results, rms(samples)), sampleRate };
}

/** Its first sample is the direct sound, 1; as long as RT60_LOW_S, over which the lows fall by 60 dB. */
export function impulseResponse(sampleRate: number, random: Random): Float32Array {
  const length = Math.round(RT60_LOW_S * sampleRate);
  const gap = Math.round(GAP_S * sampleRate);
  const low = Float32Array.from({ length }, () => random.normal());
  // Noise of its own: where the halves of one signal overlap, their phases would cut a notch.
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

/** Amplitude after `seconds`: 60 dB less after `rt60`. */
function decay(seconds: number, rt60: number): number {
  return 10 ** ((-3 * seconds) / rt60);
}
