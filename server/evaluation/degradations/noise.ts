/** Adds recorded noise: recordings in random order end to end, each scaled to 15 dB below the RMS level of the track. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { concatenate } from '../../../dsp/concatenate.js';
import type { Random } from '../../../models/random.js';
import { atRate, atRms, readRecording, rms, type Recording } from '../recording.js';

const BELOW_DB = 15;

/**
 * Reads the recordings of a folder, in order of their names: those named noise-* if there are any,
 * otherwise all.
 * @throws Error when there are none; FileError when one can't be read
 */
export async function readNoise(folder: string): Promise<Recording[]> {
  const files = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.')).sort();
  const noises = files.filter((name) => name.startsWith('noise-'));
  const names = noises.length > 0 ? noises : files;
  const recordings: Recording[] = [];
  for (const name of names) {
    const recording = await readRecording(join(folder, name));
    // Digital silence can't be scaled to a level.
    if (rms(recording.samples) > 0) recordings.push(recording);
  }
  if (recordings.length === 0) throw new Error(`There are no recordings of noise in ${folder}; name a folder of them with --noise.`);
  return recordings;
}

/** @param noises at least one, none of them silent */
export function addNoise({ samples, sampleRate }: Recording, noises: readonly Recording[], random: Random): Recording {
  const level = rms(samples) * 10 ** (-BELOW_DB / 20);
  const parts: Float32Array[] = [];
  let length = 0;
  while (length < samples.length) {
    for (const noise of random.shuffle([...noises])) {
      if (length >= samples.length) break;
      const part = atRms(atRate(noise, sampleRate), level);
      parts.push(part);
      length += part.length;
    }
  }
  const noise = concatenate(parts);
  return { samples: samples.map((sample, i) => sample + noise[i]!), sampleRate };
}
