/**
 * Where live PCM is cut into messages. A message costs the server and the page about the same whatever its length, and
 * more of them gain nothing: a prediction waits for the end of its block. So a block is sent in equal parts, the last
 * of which ends where the server has all of the block.
 */
import { bytesPerSecond, frameBytes } from './samples.js';
import type { AudioFormat } from '../../server/protocol/audio-format.js';

/**
 * Bytes from a stream position to the next cut.
 * @param from stream position where the message begins, bytes
 * @param blockMs as the server's `ready` says it; before, that of the shipped model
 */
export type BytesToCut = (from: number, blockMs?: number) => number;

/**
 * @param messageMs about the length of a message, ms; default half a block
 * @returns undefined for 0: no cuts
 * @throws RangeError unless messageMs is 0 to 350
 */
export function messageCuts(format: AudioFormat, messageMs = 174): BytesToCut | undefined {
  if (!(messageMs >= 0 && messageMs <= 350)) throw new RangeError(`messageMs must be 0 to 350, not ${messageMs}.`);
  const frame = frameBytes(format);
  const bytesPerMs = bytesPerSecond(format) / 1000;
  // The last window of a block reaches 128 samples into the next one; of other rates the server's resampler holds back up to 60 ms.
  const delayMs = format.sampleRate === 22_050 ? 128 / 22.05 : 66;
  return messageMs === 0 ? undefined : (from, blockMs = 7680 / 22.05) => {
    const partMs = blockMs / (Math.round(blockMs / messageMs) || 1);
    const part = Math.ceil(((from + frame) / bytesPerMs - delayMs) / partMs - 1e-7) || 1;
    // Tolerances, here a thousandth of a frame, keep errors of floats from rounding up.
    return frame * Math.ceil((delayMs + part * partMs) * bytesPerMs / frame - 1e-3) - from;
  };
}
