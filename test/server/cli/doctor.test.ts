/** `livegenre doctor` as it is typed, with a model of random weights. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lines } from '../../../server/cli/doctor.js';
import { paint } from '../../../server/cli/terminal.js';
import { CHECK_NAMES, type Report } from '../../../server/doctor/doctor.js';
import { modelFolder } from './in-process.js';
import { start } from './program.js';

const PROGRAM = fileURLToPath(new URL('../../../server/cli/livegenre.js', import.meta.url));
const model = await modelFolder();

test.after(() => model.remove());

test('--json: every check, with the settings of serve; exit code 0 without a problem', async () => {
  const { exitCode, stdout, stderr } = await start(['doctor', '--json', '--port', '0', '--model', model.path, '--max-streams', '10', '--max-viewers', '10', '--max-listeners', '1'], { LIVEGENRE_ADMIN_TOKEN: 'sesame' }).ended;
  const { ok, problems, checks } = JSON.parse(stdout) as Report;
  assert.equal(checks.map(({ name }) => name), CHECK_NAMES);
  assert.equal(checks.filter(({ mark }) => mark === 'problem').map(({ found }) => found), []);
  assert.ok(ok);
  assert.is(problems, 0);
  assert.is(exitCode, 0);
  assert.is(stderr, '');
  assert.match(checks.find(({ name }) => name === 'model')!.found, 'random 0.0.1');
  assert.not.match(stdout, 'sesame');
});

test('a line a check; a problem says what to do and makes exit code 1', async () => {
  // With as few open files as some systems allow.
  const { exitCode, stdout } = await new Promise<{ exitCode: number | undefined; stdout: string }>((resolve) => {
    const child = execFile('sh', ['-c', 'ulimit -n 256 && exec "$0" "$@"', process.execPath, PROGRAM, 'doctor', '--port', '0', '--backend', 'wasm', '--model', model.path], (_, out) => resolve({ exitCode: child.exitCode ?? undefined, stdout: out }));
  });
  assert.is(exitCode, 1);
  const [first, ...rest] = stdout.trimEnd().split('\n');
  assert.match(first!, /^livegenre \d/);
  assert.is(rest.filter((line) => /^(ok|note|problem) /.test(line)).length, CHECK_NAMES.length);
  const at = rest.findIndex((line) => /^problem +files +256 open files are allowed; up to 2150 are needed/.test(line));
  assert.ok(at >= 0, stdout);
  assert.match(rest[at + 1]!, /^ +Raise the hard limit/);
  assert.match(rest.at(-1)!, /^1 problem, /);
  assert.not.match(stdout, '\u001b');
});

test('marks are words, and coloured where colour is wanted', () => {
  const bad = { name: 'port', mark: 'problem', found: 'taken\u0007', advice: 'take another', facts: {} } as const;
  assert.is(lines(bad, paint(false)), 'problem  port         taken?\n                      take another');
  assert.match(lines(bad, paint(true)), '\u001b[31mproblem\u001b[39m');
});

test.run();
