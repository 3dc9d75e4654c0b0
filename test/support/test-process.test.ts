/** A test file that fails in any way counts as failed, with the reason. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { countTests, runTestFiles, type FileResult } from './test-process.js';
import { until } from './until.js';

const test = suite<{ folder: string }>('test file');

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'livegenre-test-file-'));
});

test.after.each(({ folder }) => rmSync(folder, { recursive: true }));

function write(folder: string, text: string, name = 'some.test.mjs'): string {
  const file = join(folder, name);
  writeFileSync(file, `import { test } from '${import.meta.resolve('uvu')}';\n${text}`);
  return file;
}

/** Of files that one process is given, by their names; and those that nobody ran. */
async function results(files: readonly string[], limits: { limitMs?: number; endsWithinMs?: number } = {}): Promise<{ results: Map<string, FileResult>; left: string[] }> {
  const all = new Map<string, FileResult>();
  const [first, ...others] = files;
  const left = await runTestFiles(first!, { limitMs: 60_000, ...limits, next: () => others.shift(), finished: (file, result) => all.set(basename(file), result) }).left;
  return { results: all, left: [...left, ...others].map((file) => basename(file)) };
}

async function result(folder: string, text: string, limits = {}): Promise<FileResult> {
  return (await results([write(folder, text)], limits)).results.get('some.test.mjs')!;
}

test('passed, failed and skipped tests are counted', async ({ folder }) => {
  const files = [
    write(folder, 'test("one", () => {}); test("two", () => {}); test.skip("three", () => {}); test.run();', 'all.test.mjs'),
    write(folder, 'test("one", () => {}); test("two", () => { throw new Error("it broke"); }); test.run();', 'some.test.mjs'),
    write(folder, 'test.skip("one", () => {}); test.run();', 'skipped.test.mjs'),
  ];
  const [all, some, skipped] = [...(await results(files)).results.values()] as [FileResult, FileResult, FileResult];
  assert.equal([all.passed, all.failed, all.skipped, all.reason], [2, 0, 1, undefined]);
  assert.equal([some.passed, some.failed, some.skipped, some.reason], [1, 1, 0, undefined]);
  assert.match(some.output, 'it broke');
  assert.equal([all.failedNames, some.failedNames], [[], ['"two"']]);
  assert.equal([skipped.passed, skipped.failed, skipped.skipped, skipped.reason], [0, 0, 1, undefined]);
});

test('CPU time counts, that of child processes too, and is not part of the output', async ({ folder }) => {
  const busy = 'for (const end = process.cpuUsage().user + 3e5; process.cpuUsage().user < end;);';
  const all = await result(folder, `import { execFileSync } from 'node:child_process'; test("one", () => execFileSync(process.execPath, ["-e", ${JSON.stringify(busy)}])); test.run();`);
  assert.ok(all.cpuSeconds >= 0.3, `${all.cpuSeconds} s`);
  assert.not.match(all.output, /[\u0001-\u0003]/);
});

test('a file that runs no tests fails', async ({ folder }) => {
  const files = [write(folder, '', 'empty.test.mjs'), write(folder, 'test.run();', 'none.test.mjs'), write(folder, 'test("one", () => {});', 'not-started.test.mjs')];
  for (const [name, { reason: said }] of (await results(files)).results) assert.match(said ?? '', 'has no tests', name);
  const missing = (await results([join(folder, 'nothing.mjs')])).results.get('nothing.mjs')!;
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
  const startsChild = `
    import { spawn } from 'node:child_process';
    import { writeFileSync } from 'node:fs';
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
    writeFileSync(${JSON.stringify(pidFile)}, String(child.pid));`;
  const hangs = await result(folder, `${startsChild}
    test("one", () => new Promise(() => {}));
    test.run();`, { limitMs: 2000 });
  assert.equal([hangs.passed, hangs.failed, hangs.reason], [0, 1, 'did not end within 2 s']);
  await until(() => !isRunning(Number(readFileSync(pidFile, 'utf8'))));
  const open = await result(folder, `${startsChild}
    test("one", () => {});
    test.run();`, { endsWithinMs: 500 });
  assert.equal([open.passed, open.failed], [1, 1]);
  assert.match(open.reason ?? '', 'left something open, in it: the process did not end within 0.5 s after its last test');
  await until(() => !isRunning(Number(readFileSync(pidFile, 'utf8'))));
});

test('files of one process are told apart; where one ends the process, those after it are left', async ({ folder }) => {
  const files = [
    write(folder, 'test("one", () => console.error("said by the first")); test.run();', 'a.test.mjs'),
    write(folder, 'test("one", () => {}); test("two", () => { throw new Error("it broke"); }); test.run();', 'b.test.mjs'),
    write(folder, 'test("one", () => process.exit(3)); test.run();', 'c.test.mjs'),
    write(folder, 'test("one", () => {}); test.run();', 'd.test.mjs'),
  ];
  const { results: [a, b, c, ...others], left } = await results(files).then((all) => ({ ...all, results: [...all.results.values()] }));
  assert.equal([a, b, c].map((each) => [each!.passed, each!.failed]), [[1, 0], [1, 1], [0, 1]]);
  assert.match(a!.output, 'said by the first');
  assert.match(b!.output, 'it broke');
  assert.not.match(c!.output, 'it broke');
  assert.match(c!.reason ?? '', 'ended with exit code');
  assert.equal([others, left], [[], ['d.test.mjs']]);
});

test('the last totals of the output count, with colours or without', () => {
  const totals = '\n  Total:     3\n  Passed:    3\n  Skipped:   0\n  Duration:  1.2ms\n\n';
  assert.equal(countTests(totals), { passed: 3, failed: 0, skipped: 0 });
  assert.equal(countTests(totals.replace('Passed:    3', '\u001b[32mPassed:    3\u001b[39m')).passed, 3);
  assert.equal(countTests(totals.replace('Passed:    3', 'Passed:    1') + totals).failed, 0);
  assert.is(countTests('Total: 3, Passed: 3').failed, 1);
});

/** A zombie process counts as ended. */
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
