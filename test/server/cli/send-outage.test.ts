/** What `send` does when the server goes away and comes back without its stream. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { GenreViewer } from '../../../client/sdk/node.js';
import { Recordings } from '../sources/recordings.js';
import { startTestServer } from '../rig.js';
import { eventually } from '../../support/until.js';
import { modelFolder } from './in-process.js';
import { start, type Started } from './program.js';

const test = suite('send through an outage');

let model: Awaited<ReturnType<typeof modelFolder>>;
let recordings: Recordings;

test.before(async () => {
  model = await modelFolder();
  recordings = new Recordings();
});
test.after(() => {
  model.remove();
  recordings.remove();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function serve(port: number): Promise<Started> {
  const server = start(['serve', '--port', String(port), '--shards', '1', '--demo', 'off', '--model', model.path, '--log-level', 'error']);
  await server.said('is listening');
  return server;
}

const RAW = ['--rate', '8000', '--channels', '1', '--encoding', 's16le'];

/** Writes a tenth of a second of noise ten times a second, as a recorder does. @returns a function that ends it */
function record(program: Started): () => void {
  const piece = Buffer.from(Int16Array.from({ length: 800 }, () => Math.random() * 8000 - 4000).buffer);
  const timer = setInterval(() => program.child.stdin.write(piece), 100);
  program.child.stdin.on('error', () => {}); // the program has ended: its output says why
  return () => {
    clearInterval(timer);
    program.child.stdin.end();
  };
}

test('a recorder outlives a server that was killed: its sound goes on under the same id, where viewers find it, and what was lost is counted', async () => {
  const port = await freePort();
  const first = await serve(port);
  const program = start(['send', '-', '--url', `ws://127.0.0.1:${port}`, ...RAW]);
  const stop = record(program);
  let second: Started | undefined;
  let viewer: GenreViewer | undefined;
  try {
    await program.said(': stream ');
    await program.said('listening'); // it is scored
    const { streams: [stream] } = await (await fetch(`http://127.0.0.1:${port}/v1/streams`)).json() as { streams: [{ id: string }] };
    viewer = new GenreViewer({ url: `ws://127.0.0.1:${port}`, stream: stream.id });
    let ready = 0;
    viewer.on('ready', () => { ready++; });
    viewer.on('error', () => {}); // the lost connection
    viewer.open();
    await eventually('it is watched', () => ready === 1);
    first.child.kill('SIGKILL');
    await program.said('Trying again');
    second = await serve(port);
    await program.said('The sound goes on as a new one of the same id');
    await eventually('it is watched again', () => ready === 2);
    stop();
    const { exitCode, stdout, stderr } = await program.ended;
    assert.is(exitCode, 0, stderr);
    assert.match(stdout, /no longer has stream \w+\. The sound goes on as a new one of the same id, after \d+\.\d s; \d+\.\d s of it were lost/);
    assert.match(stdout, /heard/);
    assert.match(stdout, /This summary is of the last of 2 streams only[^]*\d s of sound were lost on the way/);
  } finally {
    stop();
    viewer?.close();
    program.child.kill('SIGKILL');
    second?.child.kill('SIGKILL');
  }
});

test('a recorder outlives its own long stop', async () => {
  const server = await startTestServer({ idleTimeoutMs: 500, resumeWindowMs: 200 });
  const program = start(['send', '-', '--url', `ws://127.0.0.1:${server.port}`, ...RAW]);
  const stop = record(program);
  try {
    await program.said(': stream ');
    program.child.kill('SIGSTOP');
    await eventually('the stream is gone', () => server.streams.list().length === 0);
    program.child.kill('SIGCONT');
    await program.said('The sound goes on as a new one of the same id');
    stop();
    const { exitCode, stderr } = await program.ended;
    assert.is(exitCode, 0, stderr);
  } finally {
    stop();
    program.child.kill('SIGCONT');
    program.child.kill('SIGKILL');
    await server.close();
  }
});

test('a file ends where the server was killed, and says where', async () => {
  const port = await freePort();
  const first = await serve(port);
  const program = start(['send', recordings.wav('long.wav', 60), '--url', `ws://127.0.0.1:${port}`]);
  let second: Started | undefined;
  try {
    await program.said(': stream ');
    await program.said('listening');
    first.child.kill('SIGKILL');
    await program.said('Trying again');
    second = await serve(port);
    const { exitCode, stderr } = await program.ended;
    assert.is(exitCode, 1);
    assert.match(stderr, /^livegenre: long\.wav: The server no longer has this stream, which stopped at \d+\.\d s: only what is before was scored\./);
  } finally {
    program.child.kill('SIGKILL');
    second?.child.kill('SIGKILL');
  }
});

test.run();
