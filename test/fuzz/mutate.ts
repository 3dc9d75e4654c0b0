/**
 * Makes new inputs from old ones. Bytes: flipped, inserted, removed, repeated, joined with another input, and
 * numbers at the borders of their type. Text: lines and words moved as a whole, words of the format put in,
 * numbers changed. JSON: one value anywhere in it replaced. All from one seeded generator, so a run can be repeated.
 */
import type { Random } from '../../models/random.js';

export type Shape = 'bytes' | 'text' | 'json';

/** Longer inputs are cut: what reads megabytes is tested for its limits, not by chance. */
export const MAX_INPUT_BYTES = 16 * 1024;
const MOST_CHANGES = 6;

const NUMBERS: readonly number[] = [
  0, 1, 2, 3, 7, 15, 16, 17, 27, 31, 32, 63, 64, 65, 127, 128, 129, 254, 255, 256, 257, 511, 512, 1023, 1024, 4095, 4096,
  32767, 32768, 65534, 65535, 65536, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
];
const TEXT_NUMBERS: readonly string[] = [
  '0', '-0', '1', '-1', '00', '0.5', '.5', '5.', '1e3', '1e308', '1e309', '-1e309', '1e-400', '255', '256', '65536', '2147483648', '4294967296',
  '9007199254740991', '9007199254740993', '9'.repeat(40), 'NaN', 'Infinity', '0x10', '+1', ' 1', '１', '',
];
const JSON_VALUES: readonly unknown[] = [
  null, true, false, 0, -0, -1, 0.5, 1e308, 2 ** 31, 2 ** 53, '', ' ', '0', 'a'.repeat(300), '\0', '\ud800', '💿', [], [[]], {}, { a: 1 }, [null], Array.from({ length: 40 }, () => 1),
  '__proto__', 'constructor', '../../etc/passwd', 'http://a/', 'javascript:alert(1)', '<b>', '"', '\\', '\r\n',
];

/**
 * @param inputs what a change starts from, at least one
 * @param words of the format, put in now and then
 */
export function mutated(shape: Shape, inputs: readonly Uint8Array[], words: readonly string[], random: Random): Uint8Array {
  const from = pick(inputs, random);
  // Broken JSON and text in wrong encodings must be tried too.
  const kind = shape !== 'bytes' && random.below(5) === 0 ? 'bytes' : shape === 'json' && random.below(5) === 0 ? 'text' : shape;
  let input = from;
  for (let changes = 1 + random.below(MOST_CHANGES); changes > 0; changes--) {
    input = kind === 'bytes' ? changedBytes(input, inputs, words, random) : kind === 'text' ? changedText(input, inputs, words, random) : changedJson(input, words, random);
  }
  return input.subarray(0, MAX_INPUT_BYTES);
}

function changedBytes(bytes: Uint8Array, inputs: readonly Uint8Array[], words: readonly string[], random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  const length = Math.min(bytes.length - at, 1 + random.below(random.below(8) === 0 ? 512 : 16));
  const between = (middle: Uint8Array, skipped: number): Uint8Array => Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(at + skipped)]);
  switch (random.below(9)) {
    case 0: return changedAt(bytes, (copy, index) => (copy[index]! ^= 1 << random.below(8)), at);
    case 1: return changedAt(bytes, (copy, index) => (copy[index] = random.below(256)), at);
    case 2: return changedAt(bytes, (copy, index) => writeNumber(copy, index, random), at);
    case 3: return between(Uint8Array.from({ length: 1 + random.below(16) }, () => random.below(256)), 0);
    case 4: return between(new Uint8Array(0), length);
    case 5: return between(repeated(bytes.subarray(at, at + length), 1 + random.below(4)), 0);
    case 6: return bytes.slice(0, at);
    case 7: {
      const other = pick(inputs, random);
      return between(other.subarray(random.below(other.length + 1)), random.below(2) * length);
    }
    default: return words.length === 0 ? bytes : between(Buffer.from(pick(words, random), 'latin1'), random.below(2) * length);
  }
}

function changedText(bytes: Uint8Array, inputs: readonly Uint8Array[], words: readonly string[], random: Random): Uint8Array {
  const text = Buffer.from(bytes).toString('utf8');
  const parts = text.split(/(?<=[\n;,<>= ])/);
  const at = random.below(parts.length);
  switch (random.below(6)) {
    case 0: parts.splice(at, 1 + random.below(3)); break;
    case 1: parts.splice(at, 0, ...Array.from({ length: 1 + random.below(20) }, () => parts[at]!)); break;
    case 2: parts.splice(at, 0, ...parts.splice(random.below(parts.length), 1)); break;
    case 3: if (words.length > 0) parts.splice(at, random.below(2), pick(words, random)); break;
    case 4: {
      const numbers = [...text.matchAll(/\d+/g)];
      if (numbers.length === 0) break;
      const { index, 0: old } = pick(numbers, random);
      return Buffer.from(text.slice(0, index) + pick(TEXT_NUMBERS, random) + text.slice(index + old.length));
    }
    default: parts.splice(at, 0, Buffer.from(pick(inputs, random)).toString('utf8'));
  }
  return Buffer.from(parts.join(''));
}

function changedJson(bytes: Uint8Array, words: readonly string[], random: Random): Uint8Array {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return changedText(bytes, [bytes], words, random);
  }
  const places: { readonly of: Record<string, unknown>; readonly key: string }[] = [];
  const visit = (of: Record<string, unknown>): void => {
    for (const key of Object.keys(of)) {
      places.push({ of, key });
      const child = of[key];
      if (typeof child === 'object' && child !== null) visit(child as Record<string, unknown>);
    }
  };
  if (typeof value === 'object' && value !== null) visit(value as Record<string, unknown>);
  if (places.length === 0) return Buffer.from(JSON.stringify(pick(JSON_VALUES, random)));
  const { of, key } = pick(places, random);
  const change = random.below(5);
  if (change === 0) delete of[key];
  else if (change === 1) of[pick([...words, '__proto__', 'constructor', '', '0'], random)] = of[key];
  else if (change === 2 && words.length > 0) of[key] = pick(words, random);
  else if (change === 3 && typeof of[key] === 'number') of[key] = (of[key] as number) * pick([-1, 2, 0.5, 10, 1000, 1e6], random) + pick([0, 1, -1, 0.25], random);
  else of[key] = structuredClone(pick(JSON_VALUES, random));
  return Buffer.from(JSON.stringify(value));
}

function changedAt(bytes: Uint8Array, change: (copy: Uint8Array, index: number) => void, at: number): Uint8Array {
  if (bytes.length === 0) return bytes;
  const copy = bytes.slice();
  change(copy, Math.min(at, copy.length - 1));
  return copy;
}

/** A number at a border of its type, of 1, 2, 4 or 8 bytes in either order, where it fits. */
function writeNumber(copy: Uint8Array, at: number, random: Random): void {
  const value = pick(NUMBERS, random);
  const view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
  const isLittle = random.below(2) === 0;
  const width = pick([1, 2, 4, 8], random);
  if (at + width > copy.length) copy[at] = value;
  else if (width === 1) view.setUint8(at, value);
  else if (width === 2) view.setUint16(at, value, isLittle);
  else if (width === 4) view.setUint32(at, value, isLittle);
  else view.setBigUint64(at, BigInt.asUintN(64, BigInt(value) * (random.below(2) === 0 ? 1n : -1n)), isLittle);
}

function repeated(part: Uint8Array, times: number): Uint8Array {
  return Buffer.concat(Array.from({ length: times }, () => part));
}

function pick<T>(values: readonly T[], random: Random): T {
  return values[random.below(values.length)]!;
}
