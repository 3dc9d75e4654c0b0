/** The exit code that an error gives a command. */
import { UsageError } from '../../models/command-line.js';
import { SettingError } from '../settings.js';

/** Exit code for wrong usage. */
export const USAGE_EXIT_CODE = 2;

export function exitCodeOf(error: unknown): number {
  return error instanceof UsageError || error instanceof SettingError ? USAGE_EXIT_CODE : 1;
}
