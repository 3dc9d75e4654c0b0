/** Bytes on a WebSocket after the upgrade: frames (RFC 6455, section 5.2) of any kind, and none. The server answers or closes, and goes on. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import * as assert from 'node:assert/strict';
import { startTestServer, START } from '../../server/rig.js';
import { frame, UPGRADE } from '../../server/sockets/frames.js';
import { tone } from '../../server/sound.js';
import type { Target } from '../fuzz.js';

const start = Buffer.from(JSON.stringify(START));
const stop = Buffer.from('{"type":"stop"}');

export async function sockets(): Promise<Target> {
  const server = await startTestServer({ helloTimeoutMs: 60_000, closeTimeoutMs: 50, resumeWindowMs: 1, maxMessageBytes: 20_000, maxFragments: 8, maxBufferedChunks: 64 });
  return {
    name: 'sockets',
    shape: 'bytes',
    seeds: [
      Buffer.concat([frame(1, start), frame(2, tone(300, 50)), frame(1, stop)]), Buffer.concat([frame(1, start.subarray(0, 20), { fin: false }), frame(9, Buffer.from('hi')), frame(0, start.subarray(20)), frame(8, Buffer.from([3, 232]))]),
      Buffer.concat([frame(1, start), frame(2, tone(300, 50), { mask: false })]), frame(1, Buffer.from([0xce, 0xba, 0xe1])), frame(3, Buffer.alloc(3)), frame(2, Buffer.alloc(70_000)), Buffer.concat([frame(1, start), frame(2, Buffer.alloc(3)), frame(2, Buffer.alloc(0)), frame(10, Buffer.alloc(0))]),
    ],
    words: ['\x81\x80\0\0\0\0', '\x82\xfe\xff\xff\0\0\0\0', '\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff', '\x88\x82\0\0\0\0\x03\xe8', '\x89\x80\0\0\0\0', '\xc1\x80\0\0\0\0'],
    async run(input) {
      const socket: Socket = connect(server.port, '127.0.0.1');
      let answer = Buffer.alloc(0);
      socket.on('data', (bytes) => (answer = Buffer.concat([answer, bytes])));
      const ended = new Promise((resolve) => socket.once('close', resolve));
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.write(UPGRADE);
      socket.end(input);
      await ended;
      assert.match(answer.toString('latin1', 0, 12), /^HTTP\/1\.1 101/);
      assert.ok(server.streams.isReady, 'the server goes on');
    },
    async close() {
      await server.close();
    },
  };
}
