import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { csvLine } from '../../server/csv.js';

/** RFC 4180, read as its grammar says. */
function parsed(line: string): string[] {
  const cells: string[] = [];
  let rest = line;
  for (;;) {
    const [whole, quoted, plain] = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))/.exec(rest)!;
    cells.push(quoted?.replaceAll('""', '"') ?? plain!);
    rest = rest.slice(whole.length);
    if (rest === '\r\n') return cells;
    assert.is(rest[0], ',', line);
    rest = rest.slice(1);
  }
}

test('any text round-trips, except what a spreadsheet would read as a formula', () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', '=', '+', '-', '@', '\t', 'ö', "'") })), { minLength: 1 }), (cells) => {
    assert.equal(parsed(csvLine(cells)), cells.map((cell) => (/^[=+\-@\t\r\n]/.test(cell) ? `'${cell}` : cell)));
  }));
});

test('numbers stay numbers, negative ones too; null is an empty cell', () => {
  assert.is(csvLine([-12.5, null, 0, '']), '-12.5,,0,\r\n');
});

test.run();
