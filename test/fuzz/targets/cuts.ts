/** The ways in which a target gets its input: whole, and cut into pieces that depend on the input alone. */
import { Random } from '../../../models/random.js';
import { cut } from '../../server/sound.js';

/** Copies, so that nothing can rely on bytes beside them. */
export function inPieces(input: Uint8Array): Uint8Array[] {
  const random = new Random(input.reduce((sum, byte) => (Math.imul(sum, 31) + byte) | 0, input.length));
  return cut(input, Array.from({ length: 4 }, () => 1 + random.below(random.below(3) === 0 ? 2000 : 12)));
}

/** Several texts or parts in one input, each with its length before it. */
export function packed(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  return Buffer.concat(parts.flatMap((part) => {
    const bytes = Buffer.from(part as Uint8Array);
    return [Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes];
  }));
}

/** The parts of a packed input, however it was changed. */
export function unpacked(input: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at + 2 <= input.length;) {
    const length = (input[at]! << 8) | input[at + 1]!;
    parts.push(input.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return parts;
}
