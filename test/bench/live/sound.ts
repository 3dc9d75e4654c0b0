/**
 * Client audio: a minute of the demo station as complete WebSocket messages, framed and masked once for
 * all clients; the server unmasks them as usual.
 */
import OpusScript from 'opusscript';
import type { AudioFormat } from '../../../server/protocol/audio-format.js';
import { DemoSynth, toS16 } from '../../../server/sources/demo/synth.js';

export interface SoundOptions {
  readonly encoding: 's16le' | 'opus';
  /** Hz. */
  readonly sampleRate: number;
  readonly seconds: number;
  /** Sound in each PCM message, ms; to the next whole sample. */
  readonly messageMs?: number | undefined;
}

export interface Sound {
  readonly format: AudioFormat;
  /** Sound in each message, ms. */
  readonly messageMs: number;
  /** Complete frames, written to the socket unchanged and repeated. */
  readonly frames: readonly Buffer[];
}

const SEED = 181;
const CHUNK_MS = 100;
/** One Opus packet per message, as browsers and most encoders do. */
const PACKET_MS = 20;
/** Non-zero, since a zero mask would save the server work. */
const MASK = Buffer.from([0x5a, 0xc3, 0x96, 0x2d]);

/** @throws Error when an Opus packet would not be a whole number of samples */
export function makeSound({ encoding, sampleRate, seconds, messageMs: askedMs = CHUNK_MS }: SoundOptions): Sound {
  const packetLength = (sampleRate * PACKET_MS) / 1000;
  if (encoding === 'opus' && !Number.isInteger(packetLength)) throw new Error(`${PACKET_MS} ms at ${sampleRate} Hz is not a whole number of samples. Choose another --rate.`);
  const length = encoding === 'opus' ? packetLength : Math.round((sampleRate * askedMs) / 1000);
  const messageMs = (1000 * length) / sampleRate;
  const pcm = Buffer.from(toS16(new DemoSynth(SEED, sampleRate).render(seconds * sampleRate)).buffer);
  const chunks = Array.from({ length: Math.floor((seconds * sampleRate) / length) }, (_, index) => pcm.subarray(2 * length * index, 2 * length * (index + 1)));
  const messages = encoding === 'opus' ? encoded(chunks, sampleRate, length) : chunks;
  return { format: { encoding, sampleRate, channels: 1 }, messageMs, frames: messages.map(frame) };
}

function encoded(chunks: readonly Buffer[], sampleRate: number, length: number): Buffer[] {
  const encoder = new OpusScript(sampleRate as 48000, 1, OpusScript.Application.AUDIO);
  try {
    return chunks.map((chunk) => encoder.encode(chunk, length));
  } finally {
    encoder.delete();
  }
}

/** A binary message of a client in one frame (RFC 6455, section 5.2), up to 64 KiB. */
export function frame(payload: Uint8Array): Buffer {
  const head = payload.length < 126 ? [0x82, 0x80 | payload.length] : [0x82, 0x80 | 126, payload.length >> 8, payload.length & 255];
  return Buffer.concat([Buffer.from(head), MASK, payload.map((byte, index) => byte ^ MASK[index & 3]!)]);
}
