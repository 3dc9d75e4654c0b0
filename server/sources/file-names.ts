/**
 * File names as text without loss. On POSIX systems a name is any bytes: one that is not UTF-8 is kept as
 * a lone surrogate (0xE9 as U+DCE9, as in Python, PEP 383), so that names stay strings between the
 * command line or a folder and the file system, which gets the bytes again.
 */
import { isUtf8 } from 'node:buffer';

const ESCAPES = 0xdc00;
const MAX_SEQUENCE_BYTES = 4;
/** A lone surrogate that stands for a byte; pairs are whole characters for a regular expression with `u`. */
const ESCAPED = /[\udc80-\udcff]/gu;

/** The name of these bytes. */
export function nameFromBytes(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return Buffer.from(bytes).toString();
  let name = '';
  for (let at = 0; at < bytes.length;) {
    let length = 1;
    while (length <= MAX_SEQUENCE_BYTES && !isUtf8(bytes.subarray(at, at + length))) length += 1;
    if (length <= MAX_SEQUENCE_BYTES) name += Buffer.from(bytes.subarray(at, at + length)).toString();
    else {
      name += String.fromCharCode(ESCAPES + bytes[at]!);
      length = 1;
    }
    at += length;
  }
  return name;
}

/** Whether the name is text, which all programs can be given. */
export function isText(name: string): boolean {
  return name.search(ESCAPED) < 0;
}

/** The name as the functions of `node:fs` take it: bytes where it is not text. */
export function pathOf(name: string): string | Buffer {
  if (isText(name)) return name;
  return Buffer.concat(Array.from(name, (character) => {
    const code = character.codePointAt(0)!;
    return code >= ESCAPES + 0x80 && code <= ESCAPES + 0xff ? Buffer.from([code - ESCAPES]) : Buffer.from(character);
  }));
}

/** The name for people and for JSON: bytes that are not text become `\xe9`. */
export function readableName(name: string): string {
  return name.replace(ESCAPED, (escaped) => `\\x${(escaped.charCodeAt(0) - ESCAPES).toString(16)}`);
}
