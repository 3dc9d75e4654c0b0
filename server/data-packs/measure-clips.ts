/**
 * Measures the clips of a sound file: it is decoded here, and its numbers are worked out in a worker thread of
 * its own, which takes about a second, so that files are measured side by side.
 */
import { Worker } from 'node:worker_threads';
import { FileError, SoundFile } from '../sources/file.js';
import { CLIP_RATE, MAX_WHOLE_SAMPLES, type ClipRows } from './clips.js';
import { checkLength, samplesOf } from './samples.js';

/**
 * Decodes no more than is measured.
 * @returns undefined if `signal` aborted
 * @throws FileError when the file is broken, empty, silent or too short, or FFmpeg is missing
 */
export async function measureClips(path: string, signal?: AbortSignal): Promise<ClipRows | undefined> {
  const file = await SoundFile.open(path);
  const samples = new Float32Array(MAX_WHOLE_SAMPLES + 1);
  let count = 0;
  for await (const part of samplesOf(file, CLIP_RATE)) {
    if (signal?.aborted) return undefined;
    const taken = Math.min(part.length, samples.length - count);
    samples.set(part.subarray(0, taken), count);
    count += taken;
    if (count === samples.length) break;
  }
  checkLength(file);
  const measured = samples.slice(0, count);
  if (measured.every((sample) => sample === 0)) throw new FileError('empty', 'is silent');
  return inThread(measured);
}

function inThread(samples: Float32Array<ArrayBuffer>): Promise<ClipRows> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./clip-worker.js', import.meta.url), { workerData: samples, transferList: [samples.buffer] });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('The thread that measures a file ended without an answer.')));
  });
}
