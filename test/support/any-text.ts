/** Any text for properties: all code points, half of them from ASCII. fast-check's own `unit: 'binary'` first takes a second to build a table of them. */
import fc from 'fast-check';

const SURROGATES = { from: 0xd800, count: 0x800 };

const codePoint = fc.oneof(
  fc.integer({ min: 0, max: 0x7f }),
  fc.integer({ min: 0, max: 0x10ffff - SURROGATES.count }).map((point) => (point < SURROGATES.from ? point : point + SURROGATES.count)),
);

/** @param lengths in code points */
export function anyText(lengths: fc.ArrayConstraints = {}): fc.Arbitrary<string> {
  return fc.array(codePoint, lengths).map((points) => String.fromCodePoint(...points));
}
