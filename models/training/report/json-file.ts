/** Reads and validates JSON files written by other commands. */
import { readFile } from 'node:fs/promises';
import type { z } from 'zod';

/**
 * @param what description of the expected content, for the message
 * @throws Error that names the file and says what is wrong
 */
export async function readJson<T>(path: string, schema: z.ZodType<T>, what: string): Promise<T> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} can't be read as ${what}: ${(error as Error).message}.`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path: where, message } = parsed.error.issues[0]!;
  throw new Error(`${path} is not ${what}: ${where.join('.') || 'top level'}: ${message}.`);
}
