import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { storeInput } from '../../../server/sources/stored-input.js';

/** Higher than any process id of Linux. */
const NO_PID = 4_194_305;
const LONG_AGO_S = Date.now() / 1000 - 7200;
let folder: string;
const before = process.env.TMPDIR;

test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'livegenre-test-'));
  process.env.TMPDIR = folder;
});
test.after.each(() => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  rmSync(folder, { recursive: true });
});

async function* parts(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

function leave(name: string, { isOld }: { isOld: boolean }): string {
  const left = join(folder, name);
  mkdirSync(left);
  writeFileSync(join(left, 'input'), 'x');
  if (isOld) utimesSync(left, LONG_AGO_S, LONG_AGO_S);
  return left;
}

test('input is stored, and removed when it is not needed any more', async () => {
  const { path, remove } = await storeInput(parts('one ', 'two'));
  assert.is(readFileSync(path, 'utf8'), 'one two');
  await remove();
  assert.equal(readdirSync(folder), []);
});

test('of input that fails nothing is left', async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('one');
    throw new Error('gone');
  }
  await storeInput(failing()).then(() => assert.unreachable(), (error: Error) => assert.is(error.message, 'gone'));
  assert.equal(readdirSync(folder), []);
});

test('what killed processes left is removed, and nothing else', async () => {
  const left = leave(`livegenre-input-${NO_PID}-abc`, { isOld: true });
  // This process had the same id before it was restarted in its container.
  const leftBySelf = leave(`livegenre-input-${process.pid}-abc`, { isOld: true });
  const kept = [leave(`livegenre-input-${NO_PID}-new`, { isOld: false }), leave(`livegenre-input-${process.ppid}-abc`, { isOld: true }), leave('livegenre-other', { isOld: true })];
  const used = await storeInput(parts('x'));
  utimesSync(join(used.path, '..'), LONG_AGO_S, LONG_AGO_S);
  const { remove } = await storeInput(parts('y'));
  assert.equal([left, leftBySelf].filter(existsSync), []);
  assert.equal(kept.filter(existsSync), kept);
  assert.ok(existsSync(used.path));
  await used.remove();
  await remove();
});

test.run();
