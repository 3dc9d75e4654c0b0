/** Options of the load tests, checked: every load is bounded in streams and in time. */
import { SettingError } from '../../../server/settings.js';
import type { SoundOptions } from './sound.js';

export const MAX_STREAMS = 4000;
export const MAX_SECONDS = 600;

/** @throws SettingError with what is wanted */
export function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= min && value <= max)) throw new SettingError(`--${flag} must be a whole number from ${min} to ${max}; it is ${JSON.stringify(text)}.`);
  return value;
}

/** @throws SettingError likewise; undefined, as many as `serve` takes, where nothing is asked */
export function shardsOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : wholeNumber('shards', text, 1, 256);
}

/** @throws SettingError likewise */
export function encodingOf(text: string): SoundOptions['encoding'] {
  if (text !== 's16le' && text !== 'opus') throw new SettingError(`--encoding must be s16le or opus; it is ${JSON.stringify(text)}.`);
  return text;
}

/** Runs a command; an error is printed as one line and sets exit code 1. */
export async function command(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
