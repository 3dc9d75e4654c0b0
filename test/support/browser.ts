/**
 * The Chromium that comes inside an npm package, with a microphone that plays music.
 * Where libnss3 and libnspr4 are not installed, the copies in the package are unpacked.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import chromium from '@sparticuz/chromium';
import { chromium as playwright, type Browser, type BrowserServer, type LaunchOptions } from 'playwright-core';
import { DemoSynth, toS16 } from '../../server/sources/demo/synth.js';
import { wavFile } from '../../server/sources/wav.js';

/** A name of this machine that browsers treat as insecure, unlike localhost. */
export const INSECURE_HOST = 'livegenre.test';

/** Chromium's fake microphone takes WAV files of this rate. */
const MICROPHONE_RATE = 44_100;

/** The environment variable with the address of the browser that all test files of a run share. */
export const SHARED_BROWSER = 'LIVEGENRE_TEST_BROWSER';

/** A browser for several processes: `openBrowser` connects to its `wsEndpoint()`. */
export async function serveBrowser(): Promise<BrowserServer> {
  const { options, remove } = await prepare({});
  const server = await playwright.launchServer({ ...options, host: '127.0.0.1' });
  server.on('close', remove);
  return server;
}

/**
 * The browser shared by the test files of a run, or a new one for a file that runs alone. `close()`
 * closes the pages opened through it.
 * @param refuses whether the microphone permission is denied; needs a separate browser
 */
export async function openBrowser({ refuses = false } = {}): Promise<Browser> {
  const shared = process.env[SHARED_BROWSER];
  if (shared && !refuses) return playwright.connect(shared);
  const { options, remove } = await prepare({ refuses });
  const browser = await playwright.launch(options);
  browser.on('disconnected', remove);
  return browser;
}

/** Seconds of the demo station's music as a WAV file that the microphone can play. */
export function music(seconds: number): Buffer {
  return Buffer.from(wavFile(toS16(new DemoSynth(3, MICROPHONE_RATE).render(seconds * MICROPHONE_RATE)), MICROPHONE_RATE));
}

/** @returns how to start it, and a function that removes its temporary files */
async function prepare({ refuses = false }): Promise<{ readonly options: LaunchOptions; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-chromium-'));
  const microphone = join(folder, 'microphone.wav');
  if (!refuses) writeFileSync(microphone, music(8));
  if (!hasLibrary('libnss3.so')) unpackLibraries(folder);
  const options = {
    executablePath: await chromium.executablePath(),
    headless: true,
    args: [
      '--no-sandbox', '--headless=shell', '--disable-gpu', '--disable-dev-shm-usage',
      '--disable-background-networking', '--disable-component-update', '--no-first-run', '--mute-audio',
      `--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`,
      '--autoplay-policy=no-user-gesture-required', // a test chooses files without a hand on the mouse
      '--use-fake-device-for-media-stream',
      ...refuses ? ['--use-fake-ui-for-media-stream=deny'] : ['--use-fake-ui-for-media-stream', `--use-file-for-fake-audio-capture=${microphone}`],
    ],
    env: { ...process.env as Record<string, string>, LD_LIBRARY_PATH: [join(folder, 'lib'), process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':') },
  };
  return { options, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function hasLibrary(name: string): boolean {
  try {
    return execFileSync('ldconfig', ['-p'], { encoding: 'utf8' }).includes(name);
  } catch {
    return false; // no ldconfig here (Alpine, or a bare PATH): the unpacked ones do no harm
  }
}

/** Unpacks lib/ into the folder. */
function unpackLibraries(folder: string): void {
  const bin = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..', '..', 'bin');
  const archive = join(folder, 'libraries.tar');
  writeFileSync(archive, brotliDecompressSync(readFileSync(join(bin, 'al2023.tar.br'))));
  execFileSync('tar', ['-xf', archive, '-C', folder]);
}
