/** The sentence that tells a visitor that sound goes on as a new stream. */
import type { Continued } from '../../sdk/index.js';
import { clockTime, duration } from './format.js';

/** @param source what is sent; a file says how far it was played */
export function continuedText({ gapMs, lostMs }: Pick<Continued, 'gapMs' | 'lostMs'>, source: { readonly name: string; readonly positionMs?: number }): string {
  const from = source.positionMs === undefined ? '' : `, from ${clockTime(source.positionMs)} of ${source.name} on`;
  return `The server no longer had the stream, so this is a new one${from}: ${duration(gapMs)} without the server, ${duration(lostMs)} of sound lost.`;
}
