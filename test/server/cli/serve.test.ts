import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { saveBundle } from '../../../models/model-folder.js';
import { randomBundle } from '../../models/fixtures.js';
import { Client, START } from '../rig.js';
import { noise } from '../sound.js';

const BIN = fileURLToPath(new URL('../../../server/cli/livegenre.js', import.meta.url));

let model: string;

test.before(async () => {
  model = await mkdtemp(join(tmpdir(), 'livegenre-model-'));
  const { manifest, weights } = randomBundle();
  await saveBundle(model, manifest, weights);
});

test.after(() => rm(model, { recursive: true }));

interface Serving {
  readonly child: ChildProcess;
  readonly url: string;
  readonly lines: string[];
  /** Exit code, or the signal that ended it. */
  readonly exited: Promise<number | string>;
}

/** Starts `livegenre serve` and waits for the line with its address. */
async function serve(args: readonly string[] = []): Promise<Serving> {
  const child = spawn(process.execPath, [BIN, 'serve', '--port', '0', '--shards', '1', '--backend', 'wasm', '--model', model, '--log-level', 'error', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    lines.push(line);
    if (lines.length === 2) break;
  }
  const url = /open (http:\S+)/.exec(lines[0] ?? '')?.[1];
  if (!url) throw new Error(`no address in ${JSON.stringify(lines)}`);
  return { child, url, lines, exited };
}

test('prints where it is and what it runs, plays the demo, loads a new model on SIGHUP, and Ctrl-C drains', async () => {
  const { child, url, lines, exited } = await serve();
  try {
    assert.match(lines[1]!, 'model random 0.0.1, wasm backend, 1 shard');
    const watching = new Client(`${url.replace('http', 'ws')}/v1/streams/demo/watch?spectrogram=1`);
    assert.is((await watching.ready()).name, 'Demo station');
    await watching.prediction();
    const client = new Client(`${url.replace('http', 'ws')}/v1/stream`);
    await once(client.ws, 'open');
    client.tell(START);
    client.play(noise(20_000));
    await client.prediction();
    const { manifest, weights } = randomBundle();
    await saveBundle(model, { ...manifest, version: '0.0.2' }, weights);
    child.kill('SIGHUP');
    await watching.heard((message) => message.type === 'ready' && message.model.version === '0.0.2');
    child.kill('SIGINT');
    // npm passes on the signal that the terminal has sent already: still one Ctrl-C.
    child.kill('SIGINT');
    assert.is((await client.summary()).durationMs, 907);
    assert.is(await client.closed(), 1001);
    assert.is(await watching.closed(), 1001);
    assert.is(await exited, 0);
  } finally {
    child.kill('SIGKILL');
  }
});

test('a port that is taken is a sentence and exit code 1', async () => {
  const { child, url, exited } = await serve(['--demo', 'off']);
  try {
    const { port } = new URL(url);
    const second = spawn(process.execPath, [BIN, 'serve', '--port', port, '--shards', '1', '--model', model], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, FORCE_COLOR: undefined }, // Node warns when NO_COLOR is set as well
    });
    let said = '';
    second.stderr.on('data', (data) => (said += String(data)));
    const [exitCode] = await once(second, 'close');
    assert.is(exitCode, 1);
    assert.is(said, `livegenre: Port ${port} on 127.0.0.1 is taken by another program. Choose another with --port.\n`);
    child.kill('SIGTERM');
    assert.is(await exited, 0);
  } finally {
    child.kill('SIGKILL');
  }
});

test.run();
