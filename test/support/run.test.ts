/** The runner's command line: which files it selects, and its last lines. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const RUN = fileURLToPath(new URL('./run.js', import.meta.url));

function run(...args: string[]): { status: number | null; lines: string[]; error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [RUN, ...args], { encoding: 'utf8' });
  return { status, lines: stdout.trimEnd().split('\n'), error: stderr };
}

test('files are chosen by a part of their path, and the last line counts their tests', () => {
  const { status, lines } = run('--quick', 'support/needs', 'dsp/scratch');
  assert.is(status, 0);
  const chosen = lines.flatMap((line) => /^✓ .*  (test\/\S+)  \d+ passed$/.exec(line)?.[1] ?? []);
  assert.equal(chosen.sort(), ['test/dsp/scratch-buffer.test.ts', 'test/support/needs.test.ts']);
  assert.ok(lines.includes('The slowest files, and their CPU time:'));
  assert.match(lines[lines.indexOf('Most CPU time:') + 1]!, /^ {2} *\d+\.\d s  test\//);
  assert.match(lines.at(-1)!, /^[1-9]\d* passed, 0 failed$/);
});

test('a name that no file has is refused, and so is one that --quick leaves out', () => {
  for (const args of [['dsp/scratch', 'no-such-file'], ['--quick', 'e2e/dashboard'], ['--jobs', 'many'], ['--limit', '0']]) {
    const { status, lines, error } = run(...args);
    assert.equal([status, lines], [2, ['']], args.join(' '));
    assert.match(error, args.at(-1)!);
  }
});

test.run();
