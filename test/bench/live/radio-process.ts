/** A radio server in a process of its own: a minute of the demo's music as MP3, to each listener at real-time pace, with a burst at first as Icecast sends it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { DemoSynth, toS16 } from '../../../server/sources/demo/synth.js';
import { findFfmpeg } from '../../../server/sources/ffmpeg.js';
import { serveCalls } from './remote-process.js';

const SAMPLE_RATE = 44_100;
const SECONDS = 60;
const BITRATE_KBPS = 128;
const BYTES_PER_MS = BITRATE_KBPS / 8;
const BURST_BYTES = 64 * 1024;
const TICK_MS = 250;

interface Listener {
  readonly response: ServerResponse;
  readonly startedAtMs: number;
  sent: number;
}

const listeners = new Set<Listener>();

const calls = {
  /** @returns its port */
  async start(): Promise<number> {
    const mp3 = await encode();
    const server = createServer((_, response) => {
      response.writeHead(200, { 'Content-Type': 'audio/mpeg', 'icy-name': 'Bench', 'icy-br': String(BITRATE_KBPS) });
      const listener = { response, startedAtMs: performance.now(), sent: 0 };
      listeners.add(listener);
      response.once('close', () => listeners.delete(listener));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    setInterval(() => {
      for (const listener of listeners) send(listener, mp3);
    }, TICK_MS);
    return (server.address() as { port: number }).port;
  },
};

/** What is due by now, from where the listener is in the minute, round and round. */
function send(listener: Listener, mp3: Buffer): void {
  const due = BURST_BYTES + Math.floor((performance.now() - listener.startedAtMs) * BYTES_PER_MS);
  while (listener.sent < due) {
    const at = listener.sent % mp3.length;
    const piece = mp3.subarray(at, Math.min(mp3.length, at + due - listener.sent));
    listener.response.write(piece);
    listener.sent += piece.length;
  }
}

async function encode(): Promise<Buffer> {
  const ffmpeg = spawn(findFfmpeg(), ['-hide_banner', '-loglevel', 'error', '-f', 's16le', '-ar', String(SAMPLE_RATE), '-ac', '1', '-i', 'pipe:0', '-b:a', `${BITRATE_KBPS}k`, '-f', 'mp3', '-write_xing', '0', '-id3v2_version', '0', 'pipe:1'], { stdio: ['pipe', 'pipe', 'inherit'] });
  ffmpeg.stdin.end(Buffer.from(toS16(new DemoSynth(181, SAMPLE_RATE).render(SECONDS * SAMPLE_RATE)).buffer));
  const parts: Buffer[] = [];
  for await (const part of ffmpeg.stdout) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

export type RadioCalls = typeof calls;
serveCalls(calls);
