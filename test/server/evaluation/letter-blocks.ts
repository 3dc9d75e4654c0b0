/** Test helper: pipe output written as letters. */
import type { BlockResult } from '../../../server/evaluation/classify-tracks.js';

export const LABELS = ['a', 'b'];

/** Blocks of 500 ms: a letter is the shown genre (capital: warming up), '-' silence, 's' speech, '?' noise. */
export function blocks(letters: string, p = 0.8, music = 1): BlockResult[] {
  return [...letters].map((letter, index) => {
    const label = LABELS.indexOf(letter.toLowerCase());
    const leading = label < 0 ? null : label;
    const isWarming = leading !== null && letter !== letter.toLowerCase();
    return {
      atMs: 500 * (index + 1),
      probabilities: Float32Array.from(leading === 1 ? [1 - p, p] : [p, 1 - p]),
      kinds: undefined,
      outside: undefined,
      loudness: letter === '-' ? 'silent' : 'sound',
      resetsState: false,
      state: letter === '-' ? 'silence' : letter === 's' ? 'speech' : letter === '?' ? 'unknown' : isWarming ? 'warming' : 'music',
      shown: isWarming ? null : leading,
      leading,
      counts: leading !== null,
      p,
      music,
      smoothedOutside: undefined,
      isOutside: false,
    };
  });
}
