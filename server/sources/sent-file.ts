/**
 * A file that a stranger sends: decoded as it arrives, at its own rate and with all its channels, as a file on
 * disk is. What can be decoded only as a whole is stored in a temporary file for as long as it is read.
 */
import type { AudioFormat } from '../protocol/audio-format.js';
import { FileError, SoundFile } from './file.js';
import { id3TagBytes, TAG_HEADER_BYTES } from './joined-recordings.js';
import { needsWholeFile } from './needs-whole-file.js';
import { PipedBytes } from './piped-bytes.js';
import { storeInput } from './stored-input.js';

export interface SentFile {
  readonly format: AudioFormat;
  /** Length that the file announces. */
  readonly durationMs: number | undefined;
  readonly note?: string | undefined;
  /** Can be iterated once. @throws FileError at the end when the file is cut off or damaged, or the input's error */
  chunks(): AsyncIterable<Uint8Array>;
  /** Ends the decoder and removes the temporary file. */
  close(): Promise<void>;
}

/**
 * Waits for the first samples.
 * @throws FileError when it is no sound that can be decoded, or the input's error; then nothing is left behind
 */
export async function openSentFile(input: AsyncIterable<Uint8Array>): Promise<SentFile> {
  const bytes = new PipedBytes(input);
  if ((await bytes.peek(1)).length === 0) throw new FileError('empty', 'is empty (0 bytes)');
  // FFmpeg looks at a limited number of bytes, and a picture in a tag can be longer.
  for (let tagBytes = 1; tagBytes > 0;) {
    tagBytes = id3TagBytes(await bytes.peek(TAG_HEADER_BYTES));
    await bytes.skip(tagBytes);
  }
  if ((await bytes.peek(1)).length === 0) throw new FileError('empty', 'contains a tag and no audio');
  if (!await needsWholeFile(bytes)) return SoundFile.arriving(bytes);
  const { path, remove } = await storeInput(bytes);
  let sound: SoundFile;
  try {
    sound = await SoundFile.open(path, { isTrusted: false });
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    format: sound.format,
    get durationMs() { return sound.durationMs; },
    get note() { return sound.note; },
    chunks: () => sound.chunks(),
    async close() {
      await sound.close();
      await remove();
    },
  };
}
