/** Pages stay short: what grows over its limit moves to a page of its own. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { page } from './page.js';

const LIMITS: Readonly<Record<string, { readonly lines: number; readonly bytes?: number }>> = {
  'README.md': { lines: 150, bytes: 9 * 1024 },
  'ARCHITECTURE.md': { lines: 200 },
  'CONTRIBUTING.md': { lines: 60 },
};

for (const [path, { lines, bytes = Infinity }] of Object.entries(LIMITS)) {
  test(`${path} has at most ${lines} lines${Number.isFinite(bytes) ? ` and ${bytes} bytes` : ''}`, () => {
    const { text } = page(path);
    assert.ok(text.trimEnd().split('\n').length <= lines, `${text.trimEnd().split('\n').length} lines`);
    assert.ok(Buffer.byteLength(text) <= bytes, `${Buffer.byteLength(text)} bytes`);
  });
}

test.run();
