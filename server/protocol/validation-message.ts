/** A schema's validation error as a sentence: the field, and what is expected. */
import type { z } from 'zod';

/** "rules[0].belowDb: Too big: expected number to be <=0", or the schema's message if it names the field itself. */
export function validationMessage({ path, message }: z.core.$ZodIssue): string {
  const where = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('').replace(/^\./, '');
  if (where === '' || message.startsWith(`${where} `)) return message;
  if (message.endsWith('received undefined')) return `${where} is required`;
  return `${where}: ${message}`;
}
