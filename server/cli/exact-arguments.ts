/**
 * The command line's arguments as the system has them. Node reads them as UTF-8 and replaces what is not,
 * so a file whose name is in another encoding could not be found.
 */
import { readFileSync } from 'node:fs';
import { nameFromBytes } from '../sources/file-names.js';

const REPLACEMENT = '\ufffd';

/**
 * @param argv as `process.argv`
 * @param readBytes the process's arguments, each ended by a zero byte; Linux has them in a file. Other systems' names are Unicode.
 */
export function exactArguments(argv: readonly string[], readBytes: () => Uint8Array = () => readFileSync('/proc/self/cmdline')): string[] {
  if (!argv.some((each) => each.includes(REPLACEMENT))) return [...argv];
  let bytes: Buffer;
  try {
    bytes = Buffer.from(readBytes());
  } catch {
    // Not Linux: what was replaced stays so, and the file is reported as missing.
    return [...argv];
  }
  const words: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0, at);
    words.push(bytes.subarray(at, end < 0 ? bytes.length : end));
    at = end < 0 ? bytes.length : end + 1;
  }
  // Node's own options come first, so the arguments are counted from the end.
  return argv.map((each, index) => {
    const word = words[words.length - argv.length + index];
    return each.includes(REPLACEMENT) && word?.toString() === each ? nameFromBytes(word) : each;
  });
}
