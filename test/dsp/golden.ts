/** Reads golden numbers computed by librosa, which are stored outside the repository. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readNpy } from '../../models/packs/npy.js';

/** Relative to dist/test/dsp/: in the folder that contains the repository. */
export const goldenFolder = fileURLToPath(new URL('../../../../shared/data/golden/', import.meta.url));

/** Whether the golden numbers exist; logs once if they don't. */
export const hasGolden = existsSync(`${goldenFolder}index.json`);
if (!hasGolden) console.log(`Skipped: comparisons with librosa; no golden numbers in ${goldenFolder}`);

export function goldenSignals(): string[] {
  const index = JSON.parse(readFileSync(`${goldenFolder}index.json`, 'utf8')) as { signals: Record<string, unknown> };
  return Object.keys(index.signals);
}

export async function goldenArray(name: string): Promise<{ shape: readonly number[]; data: ArrayLike<number> }> {
  return readNpy(`${goldenFolder}${name}.npy`);
}

/** The samples of a golden WAV: mono, float32, 22,050 Hz. */
export function goldenSamples(name: string): Float32Array {
  const file = readFileSync(`${goldenFolder}${name}.wav`);
  let chunk = 12;
  while (file.toString('latin1', chunk, chunk + 4) !== 'data') chunk += 8 + file.readUInt32LE(chunk + 4);
  const bytes = file.readUInt32LE(chunk + 4);
  return Float32Array.from({ length: bytes / 4 }, (_, i) => file.readFloatLE(chunk + 8 + 4 * i));
}
