/**
 * A model as one small file for browsers: length of the manifest in bytes (uint32, little-endian), the
 * manifest as JSON, then a gzip of the weights as float16, first all high bytes, then all low bytes.
 * Sign, exponent and the first bits of similar weights lie together then, which gzip needs to save a
 * sixth of them. No embedding: what runs on a device doesn't search for similar tracks.
 */
import type { Bundle } from '../model-folder.js';
import type { Manifest } from '../manifest.js';
import { fromHalf } from './half-floats.js';

/** @throws Error if the bytes are no such file */
export async function readCompactModel(bytes: Uint8Array<ArrayBuffer>): Promise<Bundle> {
  const start = 4 + (bytes.length >= 4 ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) : Infinity);
  if (start > bytes.length) throw new Error(`The model's file is cut off: it has ${bytes.length} bytes.`);
  const manifest = JSON.parse(new TextDecoder().decode(bytes.subarray(4, start))) as Manifest;
  const planes = await inflated(bytes.subarray(start));
  const count = planes.length / 2;
  const weights = new Float32Array(count);
  for (let index = 0; index < count; index++) weights[index] = fromHalf((planes[index]! << 8) | planes[count + index]!);
  return { manifest, weights };
}

async function inflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
