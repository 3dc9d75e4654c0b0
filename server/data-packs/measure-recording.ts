/** Converts a sound file into rows of a data pack: decoded, resampled and cut into columns exactly as in the live pipe. */
import { FeatureRows, type FeatureName } from '../../dsp/descriptors/feature-rows.js';
import { encodeLevels } from '../../dsp/mel/level-bytes.js';
import { MelColumns, type FrontEnd } from '../../dsp/mel/mel-columns.js';
import { toDecibels } from '../../dsp/mel/decibels.simd.js';
import { simdColumnTransform } from '../../dsp/mel/mel-columns.simd.js';
import { FileError, SoundFile } from '../sources/file.js';
import { checkLength, samplesOf } from './samples.js';

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
  for await (const samples of samplesOf(file, frontEnd.sampleRate)) {
    if (signal?.aborted) return undefined;
    mel.push(samples, onColumn);
    rows.push(samples);
  }
  checkLength(file);
  levels = levels.subarray(0, end);
  if (!levels.some((level) => level > 0)) throw new FileError('empty', 'is silent');
  return { levels, features: rows.rows() };
}
