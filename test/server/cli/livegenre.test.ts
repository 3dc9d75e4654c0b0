import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { envOf, flagOf, SETTINGS, type SettingName } from '../../../server/settings.js';
import { run } from './in-process.js';

const BIN = fileURLToPath(new URL('../../../server/cli/livegenre.js', import.meta.url));

interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line to its end. */
function livegenre(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [BIN, ...args], { env: { PATH: process.env.PATH, ...env } }, (_, stdout, stderr) => {
      resolve({ exitCode: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

test('can be run as it is', () => {
  assert.ok(readFileSync(BIN, 'utf8').startsWith('#!/usr/bin/env node\n'));
});

test('--version says which', async () => {
  const { exitCode, stdout } = await livegenre(['--version']);
  assert.is(exitCode, 0);
  assert.match(stdout, /^livegenre\/\d+\.\d+\.\d+/);
});

test('--help lists commands; serve --help every setting with its variable and default', async () => {
  const { stdout: all } = await run(['--help']);
  for (const command of ['serve', 'classify', 'send', 'watch', 'evaluate', 'doctor']) assert.match(all, new RegExp(`^  ${command}`, 'm'));
  const { stdout } = await run(['serve', '--help']);
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    assert.ok(stdout.includes(flagOf(name)), name);
    assert.ok(stdout.includes(envOf(name)), name);
    assert.ok(stdout.includes(SETTINGS[name].description), name);
  }
});

test('mistakes get a sentence and exit code 2', async () => {
  const mistakes: [string[], Record<string, string>, string][] = [
    [['frobnicate'], {}, 'There is no command "frobnicate"; the commands are serve, classify'],
    [['serve', '--frobnicate'], {}, 'Unknown option --frobnicate.'],
    [['serve', '--port', 'x'], {}, '--port must be a whole number from 0 to 65535; it is "x".'],
    [['serve', '--port'], {}, 'Option --port <value> value is missing.'],
    [['serve', '--silence-db', '-200'], {}, '--silence-db must be a whole number from -120 to 0; it is "-200".'],
    [['serve', '--mqtt', 'user:password@host'], {}, '--mqtt must be an mqtt://, mqtts://, ws:// or wss:// address, or several separated by commas (it must be an mqtt://, mqtts://, ws:// or wss:// address).\n'],
    [['serve'], { LIVEGENRE_SHARDS: 'many' }, 'LIVEGENRE_SHARDS must be a whole number from 1 to 256; it is "many".'],
  ];
  for (const [index, [args, env, sentence]] of mistakes.entries()) {
    const { exitCode, stderr, stdout } = await (index === 0 ? livegenre : run)(args, env);
    assert.is(exitCode, 2, args.join(' '));
    assert.ok(stderr.startsWith(`livegenre: ${sentence}`), stderr);
    assert.not.match(stderr, /^\s+at /m);
    assert.is(stdout, '');
  }
});

test('a model that is not there is a sentence and exit code 1', async () => {
  const { exitCode, stderr } = await livegenre(['serve', '--port', '0', '--model', '/nowhere']);
  assert.is(exitCode, 1);
  assert.match(stderr, /^livegenre: .*\/nowhere/);
  assert.not.match(stderr, /^\s+at /m);
});

test.run();
