/**
 * The server as a WebSocket peer: cases of the Autobahn test suite, sections 1 to 7 and 9, written from RFC 6455
 * with raw sockets. This server has no echo, so a message that arrived is seen by its effect: `ready` for a start,
 * the summary's duration for sound. Section 8 is empty there; 10, 12 and 13 (compression) do not apply.
 */
import { connect } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RunningServer } from '../../../server/assemble.js';
import { sharedServer, START } from '../rig.js';
import { until } from '../../support/until.js';
import { frame, UPGRADE, type FrameOptions } from './frames.js';

/** What came back: `text TYPE`, `ping`, `pong PAYLOAD` and `close CODE`, in order. */
type Answer = readonly string[];

/** A start message of a length, by a field that the server ignores. */
function startOf(bytes: number): Buffer {
  const text = (padding: number): string => JSON.stringify({ ...START, later: 'x'.repeat(padding) });
  return Buffer.from(text(bytes - text(0).length));
}

const start = frame(1, Buffer.from(JSON.stringify(START)));
const stop = frame(1, Buffer.from('{"type":"stop"}'));
const close = (code: number, reason: string | Uint8Array = ''): Buffer => frame(8, Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason as string)]));
const part = (opcode: number, payload: Uint8Array, options: FrameOptions = {}): Buffer => frame(opcode, payload, { fin: false, ...options });
const cutUp = (bytes: Uint8Array, size: number): Buffer[] => Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => Buffer.from(bytes.subarray(index * size, (index + 1) * size)));
/** A message in fragments of a size. */
const fragments = (opcode: number, payload: Uint8Array, size: number): Buffer => Buffer.concat(cutUp(payload, size).map((piece, index, all) => frame(index === 0 ? opcode : 0, piece, { fin: index === all.length - 1 })));

const SECONDS_OF = (bytes: number): string => `summary ${Math.round((bytes >> 1) / 22.05)}`;
const BROKEN = ['text error', 'close 1002'];
const BAD_TEXT = ['text error', 'close 1007'];
const READY = ['text ready'];
const DONE = (bytes = 0): Answer => [...READY, SECONDS_OF(bytes), 'close 1000'];

/** [number in the suite, what is sent, what must come back]; pieces are written one by one. */
type Case = readonly [name: string, sent: Buffer | readonly Buffer[], expected: Answer];

const ends = (sent: Buffer): Buffer => Buffer.concat([sent, stop]);
const sized = (section: string, kind: 'text' | 'binary'): Case[] => [...(kind === 'text' ? [125, 126, 127, 128] : [0, 125, 126, 127, 128]), 65_535, 65_536].map((bytes, index) => [
  `${section}.${index + 1} ${kind} of ${bytes} bytes`,
  kind === 'text' ? ends(frame(1, startOf(bytes))) : ends(Buffer.concat([start, frame(2, Buffer.alloc(bytes))])),
  DONE(kind === 'text' ? 0 : bytes),
]);
const UTF8 = Buffer.from('Hello-µ@ßöäüàá-UTF-8!!');
const named = (name: Uint8Array): Buffer => Buffer.concat([Buffer.from(JSON.stringify(START).replace(/}$/, ',"name":"')), name, Buffer.from('"}')]);

const SECTIONS: Readonly<Record<string, readonly Case[]>> = {
  'frames of any length': [
    ...sized('1.1', 'text'), ...sized('1.2', 'binary'),
    ['1.1.8 text of 65536 bytes, in pieces of 997', cutUp(ends(frame(1, startOf(65_536))), 997), DONE()],
    ['1.2.8 binary of 65536 bytes, in pieces of 997', cutUp(ends(Buffer.concat([start, frame(2, Buffer.alloc(65_536))])), 997), DONE(65_536)],
    ['a length in more bytes than it needs', ends(Buffer.concat([start, frame(2, Buffer.alloc(10), { lengthBytes: 8 })])), DONE(10)],
    ['a length beyond 2^53', frame(2, Buffer.alloc(1), { length: 2 ** 60, lengthBytes: 8 }), ['text error', 'close 1009']],
    ['5.1 of the RFC: a frame without a mask', frame(1, startOf(200), { mask: false }), BROKEN],
  ],
  'pings and pongs': [
    ['2.1 ping without payload', ends(Buffer.concat([start, frame(9, Buffer.alloc(0))])), ['pong ', ...DONE()]],
    ['2.2 ping with text', ends(Buffer.concat([start, frame(9, Buffer.from('Hello'))])), ['pong 48656c6c6f', ...DONE()]],
    ['2.3 ping with bytes', ends(Buffer.concat([start, frame(9, Buffer.from([0, 255, 254]))])), ['pong 00fffe', ...DONE()]],
    ['2.4 ping of 125 bytes', ends(Buffer.concat([start, frame(9, Buffer.alloc(125, 254))])), [`pong ${'fe'.repeat(125)}`, ...DONE()]],
    ['2.5 ping of 126 bytes', frame(9, Buffer.alloc(126)), BROKEN],
    ['2.6 ping of 125 bytes, byte by byte', cutUp(ends(Buffer.concat([start, frame(9, Buffer.alloc(125, 254))])), 1), [`pong ${'fe'.repeat(125)}`, ...DONE()]],
    ['2.7 a pong that was not asked for', ends(Buffer.concat([start, frame(10, Buffer.alloc(0))])), DONE()],
    ['2.8 the same with payload', ends(Buffer.concat([start, frame(10, Buffer.from('unasked'))])), DONE()],
    ['2.9 such a pong, then a ping', ends(Buffer.concat([start, frame(10, Buffer.from('unasked')), frame(9, Buffer.from('a'))])), ['pong 61', ...DONE()]],
    ['2.10 ten pings', ends(Buffer.concat([start, ...Array.from({ length: 10 }, (_, k) => frame(9, Buffer.from([k])))])), [...Array.from({ length: 10 }, (_, k) => `pong 0${k}`), ...DONE()]],
    ['2.11 ten pings, byte by byte', cutUp(ends(Buffer.concat([start, ...Array.from({ length: 10 }, (_, k) => frame(9, Buffer.from([k])))])), 1), [...Array.from({ length: 10 }, (_, k) => `pong 0${k}`), ...DONE()]],
  ],
  'reserved bits': [
    ...[1, 2, 3, 4, 5, 6, 7].map((reserved): Case => [`3.${reserved} reserved bits ${reserved}`, Buffer.concat([start, frame([1, 1, 1, 1, 2, 9, 8][reserved - 1]!, Buffer.alloc(2), { reserved })]), [...READY, ...BROKEN]]),
  ],
  'reserved opcodes': [
    ...[3, 4, 5, 6, 7].map((opcode, index): Case => [`4.1.${index + 1} opcode ${opcode}`, Buffer.concat([start, frame(opcode, Buffer.from('x'))]), [...READY, ...BROKEN]]),
    ...[11, 12, 13, 14, 15].map((opcode, index): Case => [`4.2.${index + 1} opcode ${opcode}`, Buffer.concat([start, frame(opcode, Buffer.alloc(0)), frame(9, Buffer.alloc(0))]), [...READY, ...BROKEN]]),
  ],
  'fragments': [
    ['5.1 a ping in fragments', Buffer.concat([part(9, Buffer.from('a')), frame(0, Buffer.from('b'))]), BROKEN],
    ['5.2 a pong in fragments', Buffer.concat([part(10, Buffer.from('a')), frame(0, Buffer.from('b'))]), BROKEN],
    ['5.3 text in two fragments', ends(fragments(1, startOf(150), 100)), DONE()],
    ['5.4 the same in pieces', cutUp(ends(fragments(1, startOf(150), 100)), 80), DONE()],
    ['5.5 the same byte by byte', cutUp(ends(fragments(1, startOf(150), 100)), 1), DONE()],
    ['5.6 a ping between two fragments', ends(Buffer.concat([part(1, startOf(150).subarray(0, 70)), frame(9, Buffer.from('a')), frame(0, startOf(150).subarray(70))])), ['pong 61', ...DONE()]],
    ['5.7 the same in pieces', cutUp(ends(Buffer.concat([part(1, startOf(150).subarray(0, 70)), frame(9, Buffer.from('a')), frame(0, startOf(150).subarray(70))])), 50), ['pong 61', ...DONE()]],
    ['5.8 the same byte by byte', cutUp(ends(Buffer.concat([part(1, startOf(150).subarray(0, 70)), frame(9, Buffer.from('a')), frame(0, startOf(150).subarray(70))])), 1), ['pong 61', ...DONE()]],
    ['5.9 a last fragment of nothing', Buffer.concat([frame(0, Buffer.from('x')), start]), BROKEN],
    ['5.11 the same in pieces', cutUp(Buffer.concat([frame(0, Buffer.from('x')), start]), 1), BROKEN],
    ['5.12 a first fragment of nothing', Buffer.concat([part(0, Buffer.from('x')), start]), BROKEN],
    ['5.15 a fragment of nothing after a message', Buffer.concat([fragments(1, startOf(150), 100), part(0, Buffer.from('x'))]), [...READY, ...BROKEN]],
    ['5.16 twice a fragment of nothing', Buffer.concat([part(0, Buffer.from('x')), part(0, Buffer.from('x'))]), BROKEN],
    ['5.18 a second message within the first', Buffer.concat([part(1, Buffer.from('{')), frame(1, Buffer.from('}'))]), BROKEN],
    ['5.19 five fragments with pings between', ends(Buffer.concat(cutUp(startOf(150), 30).flatMap((piece, k) => [frame(k === 0 ? 1 : 0, piece, { fin: k === 4 }), ...(k < 4 ? [frame(9, Buffer.from([k]))] : [])]))), ['pong 00', 'pong 01', 'pong 02', 'pong 03', ...DONE()]],
    ['5.20 the same byte by byte', cutUp(ends(Buffer.concat(cutUp(startOf(150), 30).flatMap((piece, k) => [frame(k === 0 ? 1 : 0, piece, { fin: k === 4 }), ...(k < 4 ? [frame(9, Buffer.from([k]))] : [])]))), 1), ['pong 00', 'pong 01', 'pong 02', 'pong 03', ...DONE()]],
    ['empty fragments', ends(Buffer.concat([part(1, Buffer.alloc(0)), part(0, Buffer.alloc(0)), frame(0, startOf(150))])), DONE()],
  ],
  'text in UTF-8': [
    ['6.2.1 valid, in one frame', ends(frame(1, named(UTF8))), DONE()],
    ['6.2.2 valid, in fragments', ends(fragments(1, named(UTF8), 40)), DONE()],
    ['6.2.3 valid, a byte each', ends(fragments(1, named(UTF8), 3)), DONE()],
    ['6.2.4 valid, cut within characters', ends(Buffer.concat(cutUp(named(Buffer.from('κόσμε')), 7).map((piece, index, all) => frame(index === 0 ? 1 : 0, piece, { fin: index === all.length - 1 })))), DONE()],
    ['6.5 borders of the planes', ends(frame(1, named(Buffer.from('\u0080\u07ff\u0800\ud7ff\ue000\ufffd\u{10000}\u{10ffff}')))), DONE()],
    ...([
      ['6.3.1', 'cebae1bdb9cf83cebcceb5eda080656469746564'], ['6.6.1', 'ce'], ['6.6.3', 'cebae1'], ['6.12.1', '80'], ['6.12.2', 'bf'], ['6.12.7', '8081828384858687'],
      ['6.13.1', 'c020c120'], ['6.13.2', 'e020e120'], ['6.14.1', 'c0'], ['6.14.2', 'e080'], ['6.14.5', 'f08080'], ['6.15.1', 'c0e080f08080'], ['6.16.1', 'fe'], ['6.16.2', 'ff'], ['6.17.1', 'c0af'],
      ['6.17.2', 'e080af'], ['6.17.3', 'f08080af'], ['6.18.1', 'c1bf'], ['6.18.2', 'e09fbf'], ['6.18.3', 'f08fbfbf'], ['6.19.1', 'c080'], ['6.20.1', 'eda080'], ['6.20.7', 'edbfbf'],
      ['6.21.1', 'eda080edb080'], ['6.23.1', 'f4908080'], ['6.23.2', 'f8888080'],
    ] as const).map(([name, hex]): Case => [`${name} invalid: ${hex}`, Buffer.concat([frame(1, named(Buffer.from(hex, 'hex')))]), BAD_TEXT]),
    ['6.4.1 invalid, in the second of three fragments', Buffer.concat([part(1, Buffer.from('{"a":"')), part(0, Buffer.from('f4908080', 'hex')), frame(0, Buffer.from('"}'))]), BAD_TEXT],
    ['any bytes in a binary message', ends(Buffer.concat([start, frame(2, Buffer.from('f4908080', 'hex'))])), DONE(4)],
  ],
  'closing': [
    ['7.1.1 a message, then close', Buffer.concat([start, close(1000)]), [...READY, 'close 1000']],
    ['7.1.2 two closes', Buffer.concat([start, close(1000), close(1000)]), [...READY, 'close 1000']],
    ['7.1.3 a ping after close', Buffer.concat([start, close(1000), frame(9, Buffer.alloc(0))]), [...READY, 'close 1000']],
    ['7.1.4 text after close', Buffer.concat([start, close(1000), stop]), [...READY, 'close 1000']],
    ['7.1.5 close within a message', Buffer.concat([part(1, Buffer.from('{')), close(1000), frame(0, Buffer.from('}'))]), ['close 1000']],
    ['7.1.6 much sound, then close', Buffer.concat([start, frame(2, Buffer.alloc(100_000)), close(1000)]), [...READY, 'close 1000']],
    ['7.3.1 without a code', Buffer.concat([start, frame(8, Buffer.alloc(0))]), [...READY, 'close ']],
    ['7.3.2 a code of one byte', Buffer.concat([start, frame(8, Buffer.from([3]))]), [...READY, ...BROKEN]],
    ['7.3.3 a code', Buffer.concat([start, close(1000)]), [...READY, 'close 1000']],
    ['7.3.4 a code and a reason', Buffer.concat([start, close(1000, 'bye')]), [...READY, 'close 1000']],
    ['7.3.5 a reason of 123 bytes', Buffer.concat([start, close(1000, 'x'.repeat(123))]), [...READY, 'close 1000']],
    ['7.3.6 a reason of 124 bytes', Buffer.concat([start, close(1000, 'x'.repeat(124))]), [...READY, ...BROKEN]],
    ['7.5.1 a reason that is no UTF-8', Buffer.concat([start, close(1000, Buffer.from('cebae1bdb9eda080', 'hex'))]), [...READY, ...BAD_TEXT]],
    ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999].map((code, index): Case => [`7.7.${index + 1} code ${code}`, Buffer.concat([start, close(code)]), [...READY, `close ${code}`]]),
    ...[0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65535].map((code, index): Case => [`7.${index < 9 ? `9.${index + 1}` : `13.${index - 8}`} code ${code}`, Buffer.concat([start, close(code)]), [...READY, ...BROKEN]]),
  ],
  'large messages': [
    ['9.1.2 text of 256 KiB, the limit', ends(frame(1, startOf(262_144))), DONE()],
    ['9.2.2 binary of 256 KiB, the limit', ends(Buffer.concat([start, frame(2, Buffer.alloc(262_144))])), DONE(262_144)],
    ['9.1.3 text of 1 MiB, beyond the limit', frame(1, startOf(1_048_576)), ['text error', 'close 1009']],
    ['9.2.3 binary of 1 MiB, beyond the limit', Buffer.concat([start, frame(2, Buffer.alloc(1_048_576))]), [...READY, 'text error', 'close 1009']],
    ['9.3 text of 256 KiB in fragments of 4096', ends(fragments(1, startOf(262_144), 4096)), DONE()],
    ['9.4 binary of 256 KiB in fragments of 16384', ends(Buffer.concat([start, fragments(2, Buffer.alloc(262_144), 16_384)])), DONE(262_144)],
    ['9.4.1 binary of 256 KiB in fragments of 64, beyond the limit of frames', Buffer.concat([start, fragments(2, Buffer.alloc(262_144), 64)]), [...READY, 'text error', 'close 1009']],
    ['9.5 text of 256 KiB in pieces of 512', cutUp(ends(frame(1, startOf(262_144))), 512), DONE()],
    ['9.7 a thousand empty text messages', Buffer.concat([start, ...Array.from({ length: 1000 }, () => frame(1, Buffer.alloc(0)))]), [...READY, 'text error', 'close 1007']],
    ['9.8 a thousand binary messages of 16 bytes', ends(Buffer.concat([start, ...Array.from({ length: 1000 }, () => frame(2, Buffer.alloc(16)))])), DONE(16_000)],
  ],
};

/** Sends the bytes after an upgrade and reads to the end. */
function exchange({ port }: RunningServer, sent: readonly Buffer[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let answer = Buffer.alloc(0);
    let isOpen = false;
    socket.on('data', (bytes) => {
      answer = Buffer.concat([answer, bytes]);
      const end = answer.indexOf('\r\n\r\n');
      if (isOpen || end < 0) return;
      isOpen = true;
      answer = answer.subarray(end + 4);
      void (async () => {
        for (const piece of sent) {
          socket.write(piece);
          // A turn, so that pieces are read one by one.
          if (sent.length > 1) await new Promise((resolve) => setImmediate(resolve));
        }
      })();
    });
    // After a violation the server may cut while bytes are on their way.
    socket.on('error', (error: NodeJS.ErrnoException) => (['ECONNRESET', 'EPIPE'].includes(error.code ?? '') ? undefined : reject(error)));
    socket.on('close', () => resolve(read(answer)));
    // The server closes; this side only answers.
    socket.on('end', () => socket.end());
    socket.write(UPGRADE);
  });
}

/** The frames of the server, predictions left out; it must not mask. */
function read(bytes: Buffer): Answer {
  const seen: string[] = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    const opcode = bytes[at]! & 15;
    const short = bytes[at + 1]!;
    if (short > 127) throw new Error('The server masked a frame.');
    const [length, from] = short < 126 ? [short, at + 2] : short === 126 ? [bytes.readUInt16BE(at + 2), at + 4] : [Number(bytes.readBigUInt64BE(at + 2)), at + 10];
    const payload = bytes.subarray(from, from + length);
    at = from + length;
    if (opcode === 8) seen.push(`close ${payload.length === 0 ? '' : payload.readUInt16BE(0)}`);
    else if (opcode === 10) seen.push(`pong ${payload.toString('hex')}`);
    else if (opcode === 1) {
      const { type, durationMs } = JSON.parse(payload.toString()) as { type: string; durationMs?: number };
      if (type === 'summary') seen.push(`summary ${Math.round(durationMs!)}`);
      else if (type !== 'prediction') seen.push(`text ${type}`);
    }
  }
  // A pong may come before or after what the stream says.
  return [...seen.filter((each) => each.startsWith('pong')), ...seen.filter((each) => !each.startsWith('pong'))];
}

const shared = sharedServer(test, { closeTimeoutMs: 100, resumeWindowMs: 1 });

for (const [title, cases] of Object.entries(SECTIONS)) {
  test(title, () => shared(async (server) => {
    const results = await Promise.all(cases.map(async ([name, sent, expected]) => {
      const answer = await exchange(server, Buffer.isBuffer(sent) ? [sent] : sent as readonly Buffer[]);
      return { name, answer, expected };
    }));
    for (const { name, answer, expected } of results) console.log(`${JSON.stringify(answer) === JSON.stringify(expected) ? 'pass' : 'FAIL'} ${name}`);
    for (const { name, answer, expected } of results) assert.equal(answer, expected, name);
  }));
}

test('afterwards nothing is left', () => shared(async (server) => {
  await until(() => server.senders.size === 0 && server.streams.list().length === 0);
}));

test.run();
