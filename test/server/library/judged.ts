/** An answer of the library, for tests of what is made of answers. */
import type { Judgement } from '../../../server/library/judge.js';

export function judged(genre: string | null, more: Partial<Judgement> = {}): Judgement {
  return {
    file: '', durationMs: 1000, genre, p: genre ? 0.9 : 0, top: genre ? [{ genre, p: 0.9 }] : [], isQuick: false,
    segments: [{ fromMs: 0, toMs: 1000, genre, p: 0.9, state: genre ? 'music' : 'speech' }], ...more,
  };
}
