/**
 * Starts the Chromium from the npm package, with a fake microphone that plays a file. Its libraries
 * libnss3 and libnspr4, which a minimal system lacks, are unpacked from the same package.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import chromium from '@sparticuz/chromium';
import { chromium as playwright, type Browser } from 'playwright-core';

export interface BrowserOptions {
  /** 44.1 kHz WAV file that the fake microphone plays; undefined: no microphone. */
  readonly microphone?: string;
  /** True: permission for the microphone is denied; default: granted. */
  readonly refuses?: boolean;
}

/** Host name of this machine that is not a secure context, unlike localhost. */
export const INSECURE_HOST = 'livegenre.test';

/** `close()` also removes the unpacked libraries. */
export async function openBrowser({ microphone, refuses }: BrowserOptions = {}): Promise<Browser> {
  const executablePath = await chromium.executablePath();
  const libraries = hasLibrary('libnss3.so') ? undefined : unpackLibraries();
  const path = [libraries && join(libraries, 'lib'), process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':');
  const browser = await playwright.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox', '--headless=shell', '--disable-gpu', '--disable-dev-shm-usage',
      '--disable-background-networking', '--disable-component-update', '--no-first-run', '--mute-audio',
      `--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`,
      '--autoplay-policy=no-user-gesture-required', // tests choose files without a user gesture
      ...(microphone ? [`--use-fake-ui-for-media-stream${refuses ? '=deny' : ''}`, '--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${microphone}`] : []),
    ],
    env: { ...process.env as Record<string, string>, ...(path && { LD_LIBRARY_PATH: path }) },
  });
  if (libraries) browser.on('disconnected', () => rmSync(libraries, { recursive: true, force: true }));
  return browser;
}

function hasLibrary(name: string): boolean {
  try {
    return execFileSync('ldconfig', ['-p'], { encoding: 'utf8' }).includes(name);
  } catch {
    return false; // no ldconfig (Alpine, or a minimal PATH): unpacking the libraries does no harm
  }
}

/** @returns a new folder that contains lib/ */
function unpackLibraries(): string {
  const bin = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..', '..', 'bin');
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-chromium-'));
  const archive = join(folder, 'libraries.tar');
  writeFileSync(archive, brotliDecompressSync(readFileSync(join(bin, 'al2023.tar.br'))));
  execFileSync('tar', ['-xf', archive, '-C', folder]);
  return folder;
}
