import * as assert from 'uvu/assert';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { test } from 'uvu';
import { Catalogue } from '../../../server/library/catalogue.js';
import type { Judgement } from '../../../server/library/judge.js';
import { runLibrary, type RunOptions, type RunProgress, type RunResult } from '../../../server/library/run.js';
import { scan } from '../../../server/library/scan.js';
import type { WorkOptions } from '../../../server/library/workers.js';
import { FAKE_BUNDLE } from '../fake-classifier.js';

const answer = (path: string, isQuick: boolean): Judgement => {
  const common = { file: path, durationMs: 60_000, p: 0.5, top: [], segments: [], isQuick };
  return path.includes('broken') ? { ...common, genre: null, problem: 'damaged', error: 'is damaged' } : { ...common, genre: 'low' };
};

interface Rig {
  readonly root: string;
  readonly catalogue: Catalogue;
  /** Paths heard since it was last asked. */
  heard(): string[];
  run(options?: Partial<RunOptions> & { readonly stopAfter?: number }): Promise<RunResult>;
  add(name: string, text?: string): void;
}

/** A folder and a run on it, with threads that answer by the file's name. */
async function withFolder(work: (rig: Rig) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'livegenre-library-'));
  const catalogue = Catalogue.open(join(root, '.livegenre/library.db'), root);
  let heard: string[] = [];
  try {
    await work({
      root,
      catalogue,
      heard: () => heard.splice(0).sort(),
      run: ({ stopAfter = Infinity, ...options } = {}) => {
        const stop = new AbortController();
        return runLibrary({
          root, catalogue, bundle: FAKE_BUNDLE, quick: false, signal: stop.signal,
          workers: async () => ({
            async work({ next, onAnswer, signal }) {
              for (let group = await next(); group && !signal.aborted; group = await next()) {
                for (const path of group) {
                  if (heard.length >= stopAfter) return stop.abort();
                  heard.push(relative(root, path));
                  onAnswer(path, answer(path, options.quick ?? false));
                }
              }
            },
            close: async () => {},
          }),
          ...options,
        });
      },
      add(name, text = name) {
        mkdirSync(join(root, name, '..'), { recursive: true });
        writeFileSync(join(root, name), text);
      },
    });
  } finally {
    catalogue.close();
    rmSync(root, { recursive: true, force: true });
  }
}

test('only new and changed files are heard again', () => withFolder(async ({ root, run, add, heard }) => {
  for (const name of ['a.mp3', 'deep/er/b.flac', 'c.ogg']) add(name);
  assert.equal(await run(), { files: 3, heard: 3, errors: 0, soundMs: 180_000, unreadable: [], isWhole: true });
  assert.equal(heard(), ['a.mp3', 'c.ogg', 'deep/er/b.flac']);
  assert.is((await run()).heard, 0);
  add('a.mp3', 'longer than before');
  utimesSync(join(root, 'c.ogg'), new Date(1000), new Date(1000));
  add('d.mp3');
  await run();
  assert.equal(heard(), ['a.mp3', 'c.ogg', 'd.mp3']);
}));

test('a stopped run goes on where it was, and forgets nothing', () => withFolder(async ({ run, add, heard, catalogue }) => {
  for (let file = 0; file < 30; file += 1) add(`${file}.mp3`);
  const first = await run({ stopAfter: 11 });
  assert.equal([first.isWhole, first.heard], [false, 11]);
  assert.is([...catalogue.rows()].length, 11);
  heard();
  const second = await run();
  assert.equal([second.isWhole, second.heard], [true, 19]);
  assert.is(catalogue.size, 30);
}));

test('200 broken files stop nothing and are in the ledger', () => withFolder(async ({ run, add, catalogue }) => {
  for (let file = 0; file < 200; file += 1) add(`broken ${file}.mp3`);
  for (let file = 0; file < 10; file += 1) add(`whole ${file}.mp3`);
  const { errors, isWhole } = await run();
  assert.equal([errors, isWhole], [200, true]);
  assert.is([...catalogue.rows('errors')].length, 200);
  assert.is((await run()).heard, 0, 'broken files that have not changed are not tried again');
}));

test('a full run hears again what was heard quickly, not the other way round', () => withFolder(async ({ run, add, heard }) => {
  add('a.mp3');
  await run({ quick: true });
  await run({ quick: true });
  assert.equal(heard(), ['a.mp3']);
  await run();
  assert.equal(heard(), ['a.mp3']);
  assert.is((await run({ quick: true })).heard, 0);
}));

test('what was heard before the model had an embedding is heard again once, but not in parts what was heard whole', () => withFolder(async ({ run, add, heard, catalogue }) => {
  const manifest = { ...FAKE_BUNDLE.manifest, embedding: { size: 2, sha256: 'e'.repeat(64) } };
  const workers = async () => ({
    async work({ next, onAnswer }: WorkOptions) {
      for (let group = await next(); group; group = await next()) {
        for (const path of group) onAnswer(path, { ...answer(path, false), embedding: Float32Array.of(1, 0), names: { title: 'T', artist: null, album: null } });
      }
    },
    close: async () => {},
  });
  add('a.mp3');
  await run();
  heard();
  const bundle = { ...FAKE_BUNDLE, manifest };
  assert.is((await run({ bundle, workers, quick: true })).heard, 0);
  assert.is((await run({ bundle, workers })).heard, 1);
  assert.is((await run({ bundle, workers })).heard, 0);
  assert.equal([...catalogue.embedded()].flat().map(({ path, title }) => [path, title]), [['a.mp3', 'T']]);
}));

test('tracks of removed files go, but an empty folder empties no library', () => withFolder(async ({ root, run, add, catalogue }) => {
  add('a.mp3');
  add('b.mp3');
  await run();
  rmSync(join(root, 'a.mp3'));
  await run();
  assert.equal([...catalogue.rows()].map(({ path }) => path), ['b.mp3']);
  rmSync(join(root, 'b.mp3'));
  let message = '';
  await run().catch((error: Error) => { message = error.message; });
  assert.match(message, 'is a disk not mounted?');
  assert.is(catalogue.size, 1);
}));

test('progress tells files, errors, speed and the time that is left', () => withFolder(async ({ run, add }) => {
  for (let file = 0; file < 4; file += 1) add(`${file}.mp3`, 'same length');
  add('broken.mp3', 'same length');
  const seen: RunProgress[] = [];
  await run({ onProgress: (progress) => seen.push(progress) });
  assert.equal(seen.map(({ done }) => done), [0, 1, 2, 3, 4, 5]);
  assert.is(seen[0]!.leftMs, undefined);
  const middle = seen[2]!;
  assert.ok(Math.abs(middle.leftMs! - (middle.elapsedMs * 3) / 2) < 1e-6, 'by the bytes that are left');
  assert.equal([seen.at(-1)!.leftMs, seen.at(-1)!.errors, seen.at(-1)!.soundMs], [0, 1, 300_000]);
}));

test('outside its hours it waits, and a stop ends the wait', () => withFolder(async ({ root, catalogue, add }) => {
  add('a.mp3');
  const now = new Date();
  const at = now.getHours() * 60 + now.getMinutes();
  const stop = new AbortController();
  let heard = 0;
  const result = await runLibrary({
    root, catalogue, bundle: FAKE_BUNDLE, quick: false, signal: stop.signal,
    // Two to three hours ahead.
    hours: { from: (at + 120) % 1440, to: (at + 180) % 1440 },
    workers: async () => ({
      async work({ next, signal }) {
        await next();
        if (!signal.aborted) heard += 1;
      },
      close: async () => {},
    }),
    onProgress: ({ waitMs }) => {
      if (waitMs > 100 * 60_000) stop.abort();
    },
  });
  assert.equal([heard, result.isWhole], [0, false]);
}));

test('the scan passes over hidden files, other types and links within the folder', () => withFolder(async ({ root, add }) => {
  for (const name of ['a.MP3', '.hidden.mp3', '.folder/b.mp3', 'cover.jpg', 'list.m3u8', 'x/c.opus']) add(name);
  symlinkSync(root, join(root, 'x/round'));
  symlinkSync(join(root, 'a.MP3'), join(root, 'link.mp3'));
  const elsewhere = mkdtempSync(join(tmpdir(), 'livegenre-elsewhere-'));
  writeFileSync(join(elsewhere, 'far.mp3'), 'far');
  symlinkSync(join(elsewhere, 'far.mp3'), join(root, 'elsewhere.mp3'));
  symlinkSync(join(root, 'nothing'), join(root, 'dead.mp3'));
  assert.equal((await scan(root)).files.map(({ path }) => path), ['a.MP3', 'dead.mp3', 'elsewhere.mp3', 'x/c.opus']);
  rmSync(elsewhere, { recursive: true });
}));

test.run();
