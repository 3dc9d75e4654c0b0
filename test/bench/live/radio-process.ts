/** A radio server in a process of its own: a minute of the demo's music, to each listener. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { DemoSynth, toS16 } from '../../../server/sources/demo/synth.js';
import { EndlessMp3, encodeMp3 } from './endless-mp3.js';
import { serveCalls } from './remote-process.js';

const SAMPLE_RATE = 44_100;
const SECONDS = 60;
const BITRATE_KBPS = 128;
const BURST_BYTES = 64 * 1024;

const calls = {
  /** @returns its port */
  async start(): Promise<number> {
    const mp3 = await encodeMp3(toS16(new DemoSynth(181, SAMPLE_RATE).render(SECONDS * SAMPLE_RATE)), SAMPLE_RATE, BITRATE_KBPS);
    const sound = new EndlessMp3(BITRATE_KBPS, BURST_BYTES);
    const server = createServer((_, response) => {
      response.writeHead(200, { 'Content-Type': 'audio/mpeg', 'icy-name': 'Bench', 'icy-br': String(BITRATE_KBPS) });
      sound.send(mp3, response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as { port: number }).port;
  },
};

export type RadioCalls = typeof calls;
serveCalls(calls);
