/**
 * Undoes the compression of a body (RFC 9110, section 8.4). Servers compress playlists although no
 * request offers it, some without a header for it, and some have the header and send plain bytes.
 */
import { pipeline, Readable, type Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { SourceFault } from './source-event.js';

/** More codings than this on one body are not followed: each multiplies the bytes that one byte can become. */
const MAX_CODINGS = 2;
/** Bytes that tell the codings apart. */
const MAGIC_BYTES = 3;
/** Takes what there is of a body whose end is missing. */
const LENIENT = { finishFlush: constants.Z_SYNC_FLUSH };

/**
 * @param encoding value of `Content-Encoding`; empty if there is none
 * @throws SourceFault for an unknown coding, and while iterating for bytes that are not in it
 */
export function decompressed(bytes: AsyncIterable<Uint8Array>, encoding: string): AsyncIterable<Uint8Array> {
  const codings = encoding.toLowerCase().split(',').map((coding) => coding.trim()).filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length > MAX_CODINGS) throw new SourceFault(`The server compresses its answer more than ${MAX_CODINGS} times.`);
  for (const coding of codings) {
    if (!['gzip', 'x-gzip', 'deflate', 'br'].includes(coding)) throw new SourceFault(`The server compresses its answer in a way that is not supported (${coding.slice(0, 40)}); gzip, deflate and br are.`);
  }
  // Sound never begins as gzip does, so that needs no header.
  return (codings.length > 0 ? codings : ['gzip']).reduceRight((body, coding) => undo(body, coding), bytes);
}

async function* undo(bytes: AsyncIterable<Uint8Array>, coding: string): AsyncGenerator<Uint8Array, void, void> {
  const input = bytes[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  let hasEnded = false;
  try {
    while (start.length < MAGIC_BYTES && !hasEnded) {
      const next = await input.next();
      if (next.done) hasEnded = true;
      else start = Buffer.concat([start, next.value]);
    }
    const decoder = start.length > 0 ? decoderOf(coding, start) : undefined;
    const all = rejoined(start, input, hasEnded);
    if (decoder) yield* throughDecoder(all, decoder);
    else yield* all;
  } finally {
    await input.return?.();
  }
}

async function* rejoined(start: Uint8Array, input: AsyncIterator<Uint8Array>, hasEnded: boolean): AsyncGenerator<Uint8Array, void, void> {
  if (start.length > 0) yield start;
  if (hasEnded) return;
  for (let next = await input.next(); !next.done; next = await input.next()) yield next.value;
}

/** @returns undefined if the bytes are plain */
function decoderOf(coding: string, start: Uint8Array): Transform | undefined {
  const isGzip = start[0] === 0x1f && start[1] === 0x8b && start[2] === 8;
  if (isGzip) return createGunzip(LENIENT);
  if (coding === 'br') return createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH });
  if (coding !== 'deflate') return undefined;
  // Most servers mean the zlib format, as the standard does; some send the bare one.
  const isZlib = (start[0]! & 15) === 8 && (256 * start[0]! + start[1]!) % 31 === 0;
  return isZlib ? createInflate(LENIENT) : createInflateRaw(LENIENT);
}

async function* throughDecoder(bytes: AsyncIterable<Uint8Array>, decoder: Transform): AsyncGenerator<Uint8Array, void, void> {
  // Errors reach the reader of `decoder`.
  pipeline(Readable.from(bytes, { objectMode: false }), decoder, () => {});
  try {
    yield* decoder as AsyncIterable<Uint8Array>;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (/^(Z_|ERR_?_ERROR|ERR_BROTLI|ERR_PADDING)/.test(code)) throw new SourceFault(`The server's answer could not be decompressed (${code}).`);
    throw error;
  } finally {
    decoder.destroy();
  }
}
