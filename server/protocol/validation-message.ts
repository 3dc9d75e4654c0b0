/** What a schema refuses, as words for people: where, and what is wanted there. */
import type { z } from 'zod';

/** "rules[0].belowDb: Too big: expected number to be <=0", or the schema's own words where they name the field. */
export function validationMessage({ path, message }: z.core.$ZodIssue): string {
  const where = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('').replace(/^\./, '');
  if (where === '' || message.startsWith(`${where} `)) return message;
  if (message.endsWith('received undefined')) return `${where} is required`;
  return `${where}: ${message}`;
}
