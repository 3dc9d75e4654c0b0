/**
 * Medium wave radio: band-limited to 100 Hz to 4.5 kHz (channels are 9 kHz apart), compressed, with
 * some hiss. The compressor is a feed-forward one with a hard knee and gain from the smoothed level
 * (Giannoulis, Massberg and Reiss 2012, "Digital dynamic range compressor design", section 2).
 */
import type { Random } from '../../../models/random.js';
import { Biquad } from '../../sources/demo/filters.js';
import { atRms, type Recording } from '../recording.js';

const LOW_HZ = 100;
const HIGH_HZ = 4500;
/** Programme level before and after compression, dBFS. */
const PROGRAMME_DB = -20;
const THRESHOLD_DB = -30;
const RATIO = 4;
const ATTACK_MS = 5;
const RELEASE_MS = 200;
/** Level of white noise before the receiver's filters, dBFS: 30 dB below the programme. */
const HISS_DB = -50;

/** Q of the two biquads of a fourth-order Butterworth filter. */
const BUTTERWORTH_4 = [0.5412, 1.3066];

export function amRadio({ samples, sampleRate }: Recording, random: Random): Recording {
  const sent = atRms(samples, decibels(PROGRAMME_DB));
  bandLimit(sent, sampleRate);
  compress(sent, sampleRate);
  const received = atRms(sent, decibels(PROGRAMME_DB));
  const hiss = decibels(HISS_DB);
  for (let i = 0; i < received.length; i++) received[i]! += hiss * random.normal();
  bandLimit(received, sampleRate);
  return { samples: received, sampleRate };
}

function bandLimit(samples: Float32Array, sampleRate: number): void {
  new Biquad('highpass', LOW_HZ, Math.SQRT1_2, sampleRate).process(samples);
  for (const q of BUTTERWORTH_4) new Biquad('lowpass', HIGH_HZ, q, sampleRate).process(samples);
}

function compress(samples: Float32Array, sampleRate: number): void {
  const attack = 1 - Math.exp(-1000 / (ATTACK_MS * sampleRate));
  const release = 1 - Math.exp(-1000 / (RELEASE_MS * sampleRate));
  const threshold = decibels(THRESHOLD_DB);
  let level = 0;
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i]!;
    const magnitude = Math.abs(sample);
    level += (magnitude > level ? attack : release) * (magnitude - level);
    if (level > threshold) samples[i] = sample * (level / threshold) ** (1 / RATIO - 1);
  }
}

function decibels(db: number): number {
  return 10 ** (db / 20);
}
