/** The result of a check: a sentence, advice, and the same as data. */
import type { Facts } from '../protocol/health.js';

interface Found {
  /** The finding, one line. */
  readonly found: string;
  readonly facts: Facts;
}

/** Advice is required for notes and problems, one line. */
export type Finding = Found & (
  | { readonly mark: 'ok' }
  | { readonly mark: 'note' | 'problem'; readonly advice: string }
);

export const ok = (found: string, facts: Facts = {}): Finding => ({ mark: 'ok', found, facts });
export const note = (found: string, advice: string, facts: Facts = {}): Finding => ({ mark: 'note', found, advice, facts });
export const problem = (found: string, advice: string, facts: Facts = {}): Finding => ({ mark: 'problem', found, advice, facts });

/** The reason of an error, one line. */
export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}

/** Formats a number of bytes, such as 79.4 GB. */
export function size(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  const unit = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  const value = bytes / 1000 ** unit;
  return `${unit > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
