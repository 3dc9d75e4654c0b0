/** A test file that goes wrong in any way counts as failed, with the reason. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { countTests, runTestFile, type FileResult } from './test-file.js';
import { until } from './until.js';

const test = suite<{ folder: string }>('test file');

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'livegenre-test-file-'));
});

test.after.each(({ folder }) => rmSync(folder, { recursive: true }));

function write(folder: string, text: string): string {
  const file = join(folder, 'some.test.mjs');
  writeFileSync(file, `import { test } from '${import.meta.resolve('uvu')}';\n${text}`);
  return file;
}

/** Why the file failed as a whole, or nothing. */
const reason = async (folder: string, text: string): Promise<string> => (await result(folder, text)).reason ?? '';

const result = (folder: string, text: string, limitMs = 20_000): Promise<FileResult> => runTestFile(write(folder, text), { limitMs }).result;

test('passed, failed and skipped tests are counted', async ({ folder }) => {
  const all = await result(folder, 'test("one", () => {}); test("two", () => {}); test.skip("three", () => {}); test.run();');
  assert.equal([all.passed, all.failed, all.skipped, all.reason], [2, 0, 1, undefined]);
  const some = await result(folder, 'test("one", () => {}); test("two", () => { throw new Error("it broke"); }); test.run();');
  assert.equal([some.passed, some.failed, some.skipped, some.reason], [1, 1, 0, undefined]);
  assert.match(some.output, 'it broke');
  const skipped = await result(folder, 'test.skip("one", () => {}); test.run();');
  assert.equal([skipped.passed, skipped.failed, skipped.skipped, skipped.reason], [0, 0, 1, undefined]);
});

test('a file that runs no tests fails', async ({ folder }) => {
  assert.match(await reason(folder, ''), 'ended before its tests did');
  assert.match(await reason(folder, 'test.run();'), 'has no tests');
  assert.match(await reason(folder, 'test("one", () => {});'), 'ended before its tests did');
  const missing = await runTestFile(join(folder, 'nothing.mjs'), { limitMs: 20_000 }).result;
  assert.equal([missing.failed, missing.reason], [1, 'ended with exit code 1']);
});

test('a file that crashes fails, before its tests, in them and after them', async ({ folder }) => {
  for (const [text, expected] of [
    ['throw new Error("it broke"); test("one", () => {}); test.run();', 'ended with exit code 1'],
    ['test("one", () => process.exit(0)); test.run();', 'ended with exit code 1'],
    ['test("one", () => process.kill(process.pid, "SIGKILL")); test.run();', 'was ended by SIGKILL'],
    ['test("one", () => {}); test.run(); setTimeout(() => { throw new Error("it broke"); }, 200);', 'ended with exit code 1'],
  ] as const) {
    const { failed, reason: said } = await result(folder, text);
    assert.is(failed, 1, text);
    assert.match(said ?? '', expected);
  }
});

test('a hook that fails is a failure, though uvu keeps silent', async ({ folder }) => {
  const { passed, failed, reason } = await result(folder, 'test.before(() => { throw new Error("it broke"); }); test("one", () => {}); test("two", () => {}); test.run();');
  assert.equal([passed, failed, reason], [0, 2, 'a hook failed before the tests could run']);
});

test('a file that does not end is ended at the limit, with all that it started', async ({ folder }) => {
  const pidFile = join(folder, 'pid');
  const run = await result(folder, `
    import { spawn } from 'node:child_process';
    import { writeFileSync } from 'node:fs';
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
    writeFileSync(${JSON.stringify(pidFile)}, String(child.pid));
    test("one", () => {});
    test.run();`, 2000);
  assert.equal([run.passed, run.failed, run.reason], [1, 1, 'did not end within 2 s, after its tests passed']);
  const pid = Number(readFileSync(pidFile, 'utf8'));
  await until(() => !isRunning(pid));
});

test('the last totals of the output count, with colours or without', () => {
  const totals = '\n  Total:     3\n  Passed:    3\n  Skipped:   0\n  Duration:  1.2ms\n\n';
  assert.equal(countTests(totals), { passed: 3, failed: 0, skipped: 0 });
  assert.equal(countTests(totals.replace('Passed:    3', '\u001b[32mPassed:    3\u001b[39m')).passed, 3);
  assert.equal(countTests(totals.replace('Passed:    3', 'Passed:    1') + totals).failed, 0);
  assert.is(countTests('Total: 3, Passed: 3').failed, 1);
});

/** A process that has ended but was not collected by its parent counts as ended. */
function isRunning(pid: number): boolean {
  if (!existsSync(`/proc/${pid}`)) return existsSync('/proc') ? false : isAlive(pid);
  return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test.run();
