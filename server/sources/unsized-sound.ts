/** Finds the samples of bytes that arrive with a header of a dummy size, as writers to pipes leave it, where FFmpeg needs a size. */
import { chunkExtent, chunkLayoutOf } from './extent/chunks.js';
import type { RawSound } from './extent/raw-sound.js';
import type { PipedBytes } from './piped-bytes.js';

/** Bytes in which the samples must begin, and those that tell the layout. */
const MAX_HEADER_BYTES = 1024 * 1024;
const MAX_LAYOUT_BYTES = 32;

/** Consumes nothing. */
export async function unsizedSound(bytes: PipedBytes): Promise<RawSound | undefined> {
  const read = async (at: number, length: number): Promise<Buffer> => {
    const peeked = await bytes.peek(at + length);
    return Buffer.from(peeked.buffer, peeked.byteOffset, peeked.length).subarray(at, at + length);
  };
  const layout = chunkLayoutOf(await read(0, MAX_LAYOUT_BYTES));
  return layout && (await chunkExtent({ size: MAX_HEADER_BYTES, read }, layout)).raw;
}
