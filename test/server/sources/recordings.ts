/** Test files made on demand: music of the demo synthesiser, encoded by FFmpeg to any format. */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_SAMPLE_RATE, DemoSynth, toS16 } from '../../../server/sources/demo/synth.js';
import { findFfmpeg } from '../../../server/sources/ffmpeg.js';
import { wavFile } from '../../../server/sources/wav.js';

/**
 * What encodes fixtures: the packaged FFmpeg, which is linked statically and starts ten times as fast as a system's;
 * where npm has none for this platform, the operator's. What is under test decodes with the one that it finds itself.
 */
const ENCODER = packagedFfmpeg() ?? findFfmpeg(process.env, () => {});

/**
 * Runs `work` with that program as the operator's, which takes a tenth of the CPU time: for tests that decode many
 * times and are not about what is decoded. Each format and each fault has a test with the system's.
 */
export function withPackagedFfmpeg<Result>(work: () => Promise<Result>): Promise<Result> {
  return withFfmpeg(ENCODER, work);
}

/** Runs `work` with this program, or what is no program, as the operator's FFmpeg. */
export async function withFfmpeg<Result>(program: string, work: () => Promise<Result>): Promise<Result> {
  const before = process.env.FFMPEG_PATH;
  process.env.FFMPEG_PATH = program;
  try {
    return await work();
  } finally {
    if (before === undefined) delete process.env.FFMPEG_PATH;
    else process.env.FFMPEG_PATH = before;
  }
}

function packagedFfmpeg(): string | undefined {
  try {
    return (createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string }).path;
  } catch {
    return undefined;
  }
}

const demoCache = new Map<string, Int16Array>();

function demoMusic(seed: number, seconds: number): Int16Array {
  const key = `${seed} ${seconds}`;
  const music = demoCache.get(key) ?? toS16(new DemoSynth(seed).render(seconds * DEMO_SAMPLE_RATE));
  demoCache.set(key, music);
  return music;
}

/** A folder of its own for one test file, and what it makes there. */
export class Recordings {
  readonly folder = mkdtempSync(join(tmpdir(), 'livegenre-test-'));

  /** Writes `bytes` under `name`. */
  write(name: string, bytes: Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, bytes);
    return path;
  }

  /** Seconds of the demo station as a WAV file of 22,050 Hz; the first eight repeated, because the synthesiser is slow. */
  wav(name: string, seconds: number, seed = 1): string {
    const music = demoMusic(seed, Math.min(seconds, 8));
    const samples = new Int16Array(Math.round(seconds * DEMO_SAMPLE_RATE));
    for (let at = 0; at < samples.length; at += music.length) samples.set(music.subarray(0, samples.length - at), at);
    return this.write(name, wavFile(samples, DEMO_SAMPLE_RATE));
  }

  silence(name: string, seconds: number): string {
    return this.write(name, wavFile(new Int16Array(seconds * DEMO_SAMPLE_RATE), DEMO_SAMPLE_RATE));
  }

  /** `from` in the format that `name` ends with. */
  encode(from: string, name: string, ...args: readonly string[]): string {
    return this.encodeAll(from, [[name, args]])[0]!;
  }

  /** The same for several files at once, with FFmpeg's arguments for each; one start of FFmpeg takes as long as twenty of them. */
  encodeAll(from: string, files: readonly (readonly [name: string, args: readonly string[]])[]): string[] {
    const paths = files.map(([name]) => join(this.folder, name));
    execFileSync(ENCODER, ['-nostdin', '-loglevel', 'error', '-y', '-i', `file:${from}`, ...files.flatMap(([, args], index) => [...args, `file:${paths[index]!}`])], { stdio: ['ignore', 'ignore', 'inherit'] });
    return paths;
  }

  /** Takes the size out of a file of `UNSIZED`: uncompressed sound as programs write it to a pipe, where they can't go back to fill it in. */
  unsized(name: string): string {
    const bytes = readFileSync(join(this.folder, name));
    if (name.endsWith('.aiff')) {
      bytes.fill(0, 4, 8);
      bytes.fill(0, bytes.indexOf('COMM') + 10, bytes.indexOf('COMM') + 14);
      bytes.fill(0, bytes.indexOf('SSND') + 4, bytes.indexOf('SSND') + 8);
    } else if (name.endsWith('.w64')) {
      bytes.fill(0xff, 16, 24);
      bytes.writeBigUInt64LE(2n ** 63n - 1n, bytes.indexOf('data') + 16);
    } else if (name.endsWith('.caf')) {
      bytes.writeBigInt64BE(-1n, bytes.indexOf('data') + 4);
    } else if (name.endsWith('.au')) {
      bytes.fill(0xff, 8, 12);
    } else {
      bytes.fill(0, bytes.indexOf('ds64') + 8, bytes.indexOf('ds64') + 32);
    }
    return this.write(name, bytes);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Names and FFmpeg's arguments of files for `Recordings.unsized`. */
export const UNSIZED = [
  ['unsized.aiff', []], ['float.aiff', ['-c:a', 'pcm_f32be']], ['24-bit.aiff', ['-c:a', 'pcm_s24be']], ['little.aiff', ['-c:a', 'pcm_s16le']],
  ['unsized.w64', []], ['24-bit.w64', ['-c:a', 'pcm_s24le']],
  ['unsized.rf64', ['-f', 'wav', '-rf64', 'always']], ['24-bit.rf64', ['-f', 'wav', '-rf64', 'always', '-c:a', 'pcm_s24le']],
  ['unsized.caf', []], ['unsized.au', []],
] as const;

/** Child processes of this process that still run. */
export async function childProcesses(): Promise<number> {
  // Node releases the handle of a process only after its exit event.
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;
}
