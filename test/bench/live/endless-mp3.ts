/** MP3 as a radio server sends it: one piece round and round, at real-time pace, with a burst at first as Icecast sends it. */
import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { findFfmpeg } from '../../../server/sources/ffmpeg.js';

/** As long as 1,400 bytes take, the pieces in which Icecast sends. */
const TICK_MS = 87;

interface Listener {
  readonly to: Writable;
  readonly piece: Uint8Array;
  readonly startedAtMs: number;
  sent: number;
}

export class EndlessMp3 {
  readonly #bytesPerMs: number;
  readonly #burstBytes: number;
  readonly #listeners = new Set<Listener>();
  readonly #ticks: NodeJS.Timeout;

  constructor(bitrateKbps: number, burstBytes: number) {
    this.#bytesPerMs = bitrateKbps / 8;
    this.#burstBytes = burstBytes;
    this.#ticks = setInterval(() => {
      for (const listener of this.#listeners) this.#send(listener);
    }, TICK_MS);
  }

  /** Sends until the response is closed. @returns what stops it before */
  send(piece: Uint8Array, to: Writable): () => void {
    const listener = { to, piece, startedAtMs: performance.now(), sent: 0 };
    const stop = (): void => void this.#listeners.delete(listener);
    this.#listeners.add(listener);
    to.once('close', stop);
    return stop;
  }

  close(): void {
    clearInterval(this.#ticks);
    this.#listeners.clear();
  }

  /** What is due by now. */
  #send(listener: Listener): void {
    const { to, piece, startedAtMs } = listener;
    const due = this.#burstBytes + Math.floor((performance.now() - startedAtMs) * this.#bytesPerMs);
    while (listener.sent < due) {
      const at = listener.sent % piece.length;
      const part = piece.subarray(at, Math.min(piece.length, at + due - listener.sent));
      to.write(part);
      listener.sent += part.length;
    }
  }
}

/** @param samples s16, mono */
export async function encodeMp3(samples: Int16Array, sampleRate: number, bitrateKbps: number): Promise<Buffer> {
  const ffmpeg = spawn(findFfmpeg(), ['-hide_banner', '-loglevel', 'error', '-f', 's16le', '-ar', String(sampleRate), '-ac', '1', '-i', 'pipe:0', '-b:a', `${bitrateKbps}k`, '-f', 'mp3', '-write_xing', '0', '-id3v2_version', '0', 'pipe:1'], { stdio: ['pipe', 'pipe', 'inherit'] });
  ffmpeg.stdin.end(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
  const parts: Buffer[] = [];
  for await (const part of ffmpeg.stdout) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
