/** What a check of the machine finds: how it is, in words, what to do about it, and the same as data. */

/** `note`: it works, but not all of it, or not as well as it could. `problem`: something that was asked for will fail. */
export type Mark = 'ok' | 'note' | 'problem';

/** For programs; what was not found out is null. */
export type Facts = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

interface Found {
  /** What is there, on one line. */
  readonly found: string;
  readonly facts: Facts;
}

/** Whatever is not well comes with what to do, on one line. */
export type Finding = Found & (
  | { readonly mark: 'ok' }
  | { readonly mark: 'note' | 'problem'; readonly advice: string }
);

export const ok = (found: string, facts: Facts = {}): Finding => ({ mark: 'ok', found, facts });
export const note = (found: string, advice: string, facts: Facts = {}): Finding => ({ mark: 'note', found, advice, facts });
export const problem = (found: string, advice: string, facts: Facts = {}): Finding => ({ mark: 'problem', found, advice, facts });

/** Why something threw, on one line. */
export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}

/** Bytes for people: 79.4 GB. */
export function size(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  const unit = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  const value = bytes / 1000 ** unit;
  return `${unit > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
