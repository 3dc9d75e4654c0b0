/** Converts a sound file into rows of a data pack: decoded, resampled and cut into columns exactly as in the live pipe. */
import { FeatureRows, type FeatureName } from '../../dsp/descriptors/feature-rows.js';
import { encodeLevels } from '../../dsp/mel/level-bytes.js';
import { MelColumns, type FrontEnd } from '../../dsp/mel/mel-columns.js';
import { Downmixer } from '../../dsp/pcm/downmix.js';
import { PcmDecoder } from '../../dsp/pcm/pcm-decoder.js';
import { Resampler } from '../../dsp/resample/resampler.js';
import { ScratchBuffer } from '../../dsp/scratch-buffer.js';
import { toDecibels } from '../../dsp/mel/decibels.simd.js';
import { simdColumnTransform } from '../../dsp/mel/mel-columns.simd.js';
import { SIMD_RESAMPLE } from '../../dsp/resample/resampler.simd.js';
import { FileError, SoundFile } from '../sources/file.js';

/** Shorter recordings are rejected. */
export const MIN_DURATION_S = 1;
/** Decoding block size; larger chunks are split, which limits the scratch buffers. */
const PART_BYTES = 64 * 1024;

/** Rows of one recording. */
export interface RecordingRows {
  /** [columns × bands] level bytes */
  readonly levels: Uint8Array;
  /** [columns × size] each */
  readonly features: Partial<Record<FeatureName, Float32Array>>;
}

/**
 * @returns undefined if `signal` aborted
 * @throws FileError when the file is broken, empty, silent or too short, or FFmpeg is missing
 */
export async function measureRecording(path: string, frontEnd: FrontEnd, names: readonly FeatureName[], signal?: AbortSignal): Promise<RecordingRows | undefined> {
  const file = await SoundFile.open(path);
  const { sampleRate, channels } = file.format;
  const decoder = new PcmDecoder('f32le', channels);
  const mixer = new Downmixer(sampleRate, channels);
  const resampler = new Resampler(sampleRate, frontEnd.sampleRate, new ScratchBuffer(), SIMD_RESAMPLE);
  const mel = new MelColumns(frontEnd, simdColumnTransform(frontEnd));
  const rows = new FeatureRows(frontEnd, names);
  let levels = new Uint8Array(512 * frontEnd.bands);
  let end = 0;
  const onColumn = (power: Float32Array): void => {
    if (end === levels.length) {
      const longer = new Uint8Array(2 * end);
      longer.set(levels);
      levels = longer;
    }
    toDecibels(power);
    encodeLevels(power, levels, end);
    end += frontEnd.bands;
  };
  const push = (samples: Float32Array): void => {
    mel.push(samples, onColumn);
    rows.push(samples);
  };
  for await (const chunk of file.chunks()) {
    if (signal?.aborted) return undefined;
    for (let at = 0; at < chunk.length; at += PART_BYTES) push(resampler.push(mixer.push(decoder.decode(chunk.subarray(at, at + PART_BYTES)))));
  }
  push(resampler.flush());
  if (file.decodedMs < 1000 * MIN_DURATION_S) throw new FileError('empty', `is too short: ${(file.decodedMs / 1000).toFixed(2)} s; at least ${MIN_DURATION_S} s is needed`);
  levels = levels.subarray(0, end);
  if (!levels.some((level) => level > 0)) throw new FileError('empty', 'is silent');
  return { levels, features: rows.rows() };
}
