/**
 * Encodes and decodes audio with a real codec at a low bit rate, using FFmpeg through pipes. The
 * codec's delay of some tens of milliseconds at the start is kept.
 */
import { spawn } from 'node:child_process';
import { PcmDecoder } from '../../../dsp/pcm/pcm-decoder.js';
import { ffmpegEnvironment, findFfmpeg, tellingLine } from '../../sources/ffmpeg.js';
import type { Recording } from '../recording.js';

const CODECS = {
  /** LAME, mono, at the file's sample rate (or the nearest that MP3 supports). */
  'mp3-64': { container: 'mp3', encode: ['-c:a', 'libmp3lame', '-b:a', '64k', '-write_xing', '0'] },
  /** libopus for music, mono; Opus works at 48 kHz. */
  'opus-24': { container: 'ogg', encode: ['-ar', '48000', '-c:a', 'libopus', '-b:a', '24k', '-application', 'audio'] },
} as const;

export type Codec = keyof typeof CODECS;

/** @throws Error when FFmpeg is missing or lacks the codec, with FFmpeg's message */
export async function throughCodec({ samples, sampleRate }: Recording, codec: Codec): Promise<Recording> {
  const { container, encode } = CODECS[codec];
  const raw = ['-f', 'f32le', '-ar', String(sampleRate), '-ac', '1'];
  const sound = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const encoded = await ffmpeg(codec, [...raw, '-i', 'pipe:0', ...encode, '-fflags', '+bitexact', '-f', container, 'pipe:1'], sound);
  const decoded = await ffmpeg(codec, ['-f', container, '-i', 'pipe:0', ...raw, 'pipe:1'], encoded);
  return { samples: new PcmDecoder('f32le', 1).decode(decoded)[0]!, sampleRate };
}

/** Pipes bytes through FFmpeg; settles when the process has closed. */
function ffmpeg(codec: Codec, args: readonly string[], input: Uint8Array): Promise<Buffer> {
  const child = spawn(findFfmpeg(), ['-hide_banner', '-nostats', '-loglevel', 'error', ...args], { stdio: 'pipe', env: ffmpegEnvironment() });
  return new Promise((resolve, reject) => {
    const output: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (bytes: Buffer) => output.push(bytes));
    child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
    // A failing process stops reading; its exit code and stderr are reported on close.
    child.stdin.on('error', () => {});
    child.on('error', reject);
    child.on('close', (exitCode) => {
      if (exitCode === 0) resolve(Buffer.concat(output));
      else reject(new Error(`FFmpeg can't do ${codec}: ${tellingLine(stderr.trim().split('\n')) || `it ended with ${exitCode}`}.`));
    });
    child.stdin.end(input);
  });
}
