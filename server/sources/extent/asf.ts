/** ASF (WMA, WMV): its header counts the streams, and the data object has a size. (Microsoft, ASF 1.2.) */
import type { Extent } from './extent.js';
import type { ReadWindow } from './file-window.js';

const HEADER = Buffer.from('3026b2758e66cf11a6d900aa0062ce6c', 'hex');
const STREAM = Buffer.from('9107dcb7b7a9cf118ee600c00c205365', 'hex');
const OBJECT_BYTES = 24;
/** Of the header object: its own header, a count and two bytes. */
const HEADER_BYTES = 30;
/** Objects that are read; files have about 10 and one for each stream. */
const MAX_OBJECTS = 512;

export function isAsf(start: Buffer): boolean {
  return start.subarray(0, HEADER.length).equals(HEADER);
}

export async function asfExtent(file: ReadWindow): Promise<Extent> {
  const headerBytes = sizeOf(await file.read(0, OBJECT_BYTES));
  let streams = 0;
  let at = HEADER_BYTES;
  for (let objects = 0; objects < MAX_OBJECTS && at < headerBytes; objects += 1) {
    const object = await file.read(at, OBJECT_BYTES);
    const size = sizeOf(object);
    if (size < OBJECT_BYTES) break;
    if (object.subarray(0, STREAM.length).equals(STREAM)) streams += 1;
    at += size;
  }
  const isComplete = headerBytes + sizeOf(await file.read(headerBytes, OBJECT_BYTES)) <= file.size;
  return { stream: 0, isCut: streams === 1 && !isComplete, isLengthOfSound: streams === 1 || !isComplete };
}

function sizeOf(object: Buffer): number {
  return object.length < OBJECT_BYTES ? 0 : Number(object.readBigUInt64LE(16));
}
