/** Test files made on demand: music of the demo synthesiser, encoded by FFmpeg to any format. */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

function packagedFfmpeg(): string | undefined {
  try {
    return (createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string }).path;
  } catch {
    return undefined;
  }
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

  /** Seconds of the demo station as a WAV file of 22,050 Hz. */
  wav(name: string, seconds: number, seed = 1): string {
    return this.write(name, wavFile(toS16(new DemoSynth(seed).render(seconds * DEMO_SAMPLE_RATE)), DEMO_SAMPLE_RATE));
  }

  silence(name: string, seconds: number): string {
    return this.write(name, wavFile(new Int16Array(seconds * DEMO_SAMPLE_RATE), DEMO_SAMPLE_RATE));
  }

  /** `from` in the format that `name` ends with. */
  encode(from: string, name: string, ...args: readonly string[]): string {
    const path = join(this.folder, name);
    execFileSync(ENCODER, ['-nostdin', '-loglevel', 'error', '-y', '-i', `file:${from}`, ...args, `file:${path}`], { stdio: ['ignore', 'ignore', 'inherit'] });
    return path;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Child processes of this process that still run. */
export async function childProcesses(): Promise<number> {
  // Node releases the handle of a process only after its exit event.
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;
}
