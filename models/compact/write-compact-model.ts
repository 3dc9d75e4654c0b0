/** Writes a model as `compact-model.ts` reads it. */
import { gzipSync } from 'node:zlib';
import type { Bundle } from '../model-folder.js';
import { toHalf } from './half-floats.js';

/** @throws RangeError if a weight is too large for float16 */
export function compactModel({ manifest: { embedding: _, ...manifest }, weights }: Bundle): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(manifest));
  const planes = new Uint8Array(2 * weights.length);
  weights.forEach((weight, index) => {
    const half = toHalf(weight);
    if ((half & 0x7c00) === 0x7c00) throw new RangeError(`Weight ${index} of ${manifest.name} is ${weight}, which float16 can't hold.`);
    planes[index] = half >> 8;
    planes[weights.length + index] = half & 0xff;
  });
  const packed = gzipSync(planes, { level: 9 });
  const bytes = new Uint8Array(4 + json.length + packed.length);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 4);
  bytes.set(packed, 4 + json.length);
  return bytes;
}
