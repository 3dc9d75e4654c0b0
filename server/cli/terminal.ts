/** Formats times, shares, names and colours for the terminal. */
import { readableName } from '../sources/file-names.js';
import type { StreamState } from '../protocol/messages.js';

/** m:ss, or h:mm:ss from one hour; rounded down to seconds. */
export function clock(ms: number): string {
  const s = Math.floor(ms / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

export function percent(p: number): string {
  return `${Math.round(100 * p)} %`;
}

/** The genre, or the name of the state without one. */
export function called(state: StreamState, genre: string | null): string {
  return genre ?? (state === 'warming' ? 'listening …' : state);
}

/** Whether to colour what goes to `stream`: a terminal, and no NO_COLOR (no-color.org). */
export function colours(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}

export interface Paint {
  strong(text: string): string;
  faint(text: string): string;
  bad(text: string): string;
}

export function paint(coloured: boolean): Paint {
  const code = (on: number, off: number) => (text: string): string => (coloured ? `\u001b[${on}m${text}\u001b[${off}m` : text);
  return { strong: code(1, 22), faint: code(2, 22), bad: code(31, 39) };
}

/** Replaces control characters of untrusted names, which could move the cursor, by question marks, and bytes that are not text by `\xe9`. */
export function printable(text: string): string {
  return readableName(text).replace(/\p{Cc}/gu, '?');
}
