/** The inputs kept for each target: those that reached the most code in earlier runs, and those that once failed. Later runs begin with them. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../test/fuzz/kept/', import.meta.url));
/** Of all kept inputs of a target. */
const MAX_BYTES = 6 * 1024;
const MAX_INPUT_BYTES = 1024;

export function keptInputs(target: string): Uint8Array[] {
  const path = `${FOLDER}${target}.json`;
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as string[]).map((text) => Buffer.from(text, 'base64')) : [];
}

/** Keeps what is there and, as far as there is room, more. */
export function keepInputs(target: string, more: readonly Uint8Array[]): void {
  const all = keptInputs(target).map((input) => Buffer.from(input).toString('base64'));
  let bytes = all.reduce((sum, text) => sum + text.length, 0);
  for (const input of more) {
    const text = Buffer.from(input).toString('base64');
    if (input.length > MAX_INPUT_BYTES || bytes + text.length > MAX_BYTES || all.includes(text)) continue;
    all.push(text);
    bytes += text.length;
  }
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}${target}.json`, `${JSON.stringify(all, null, 1)}\n`);
}
