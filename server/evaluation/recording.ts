/** A whole mono recording in memory, for degradation and splicing. */
import { concatenate } from '../../dsp/concatenate.js';
import { Downmixer } from '../../dsp/pcm/downmix.js';
import { PcmDecoder } from '../../dsp/pcm/pcm-decoder.js';
import { Resampler } from '../../dsp/resample/resampler.js';
import { SoundFile } from '../sources/file.js';

export interface Recording {
  /** Full scale ±1. */
  readonly samples: Float32Array;
  readonly sampleRate: number;
}

/** @throws FileError when the file can't be read to its end */
export async function readRecording(path: string): Promise<Recording> {
  const file = await SoundFile.open(path);
  const { sampleRate, channels } = file.format;
  const decoder = new PcmDecoder('f32le', channels);
  const mixer = new Downmixer(sampleRate, channels);
  const parts: Float32Array[] = [];
  for await (const bytes of file.chunks()) parts.push(mixer.push(decoder.decode(bytes)).slice());
  return { samples: concatenate(parts), sampleRate };
}

/** RMS level, full scale 1; 0 for an empty array. */
export function rms(samples: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]! * samples[i]!;
  return samples.length > 0 ? Math.sqrt(sum / samples.length) : 0;
}

/** A copy scaled to the RMS level `wanted`; silence is unchanged. */
export function atRms(samples: Float32Array, wanted: number): Float32Array {
  const level = rms(samples);
  const gain = level > 0 ? wanted / level : 0;
  return samples.map((sample) => gain * sample);
}

/** Resamples all samples at once. */
export function atRate({ samples, sampleRate }: Recording, wanted: number): Float32Array {
  if (sampleRate === wanted) return samples;
  const resampler = new Resampler(sampleRate, wanted);
  return concatenate([resampler.push(samples).slice(), resampler.flush()]);
}
