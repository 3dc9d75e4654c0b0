/** The library's answers in tags: who gets one, what a second run and undo do, and what a kill leaves. */
import * as assert from 'uvu/assert';
import { existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import { Catalogue } from '../../../../server/library/catalogue.js';
import type { Judgement } from '../../../../server/library/judge.js';
import { TagEditor } from '../../../../server/library/tags/editor.js';
import { readOwn, type Fields } from '../../../../server/library/tags/fields.js';
import { Journal } from '../../../../server/library/tags/journal.js';
import { tagKindOf } from '../../../../server/library/tags/kinds.js';
import { tagLibrary, undoTags, type TagOptions, type TagOutcome } from '../../../../server/library/tags/tag.js';
import { Recordings, withPackagedFfmpeg } from '../../sources/recordings.js';
import { judged } from '../judged.js';

const test = suite('library: tags');
const MODEL = { name: 'm', version: '1', weights: { sha256: 'a'.repeat(64) }, labels: ['jazz', 'hiphop'] };
const NEXT = { ...MODEL, version: '2', weights: { sha256: 'b'.repeat(64) } };
let editor: TagEditor;
test.before(() => { editor = new TagEditor(); });
test.after(() => editor.close());

interface Rig {
  readonly folder: string;
  readonly catalogue: Catalogue;
  add(name: string, judgement: Judgement, ...meta: readonly string[]): string;
  /** Stores answers of a model for all files that were added, `genre` in the place of theirs if given. */
  hear(model?: typeof MODEL, genre?: string): void;
  tag(options?: Partial<TagOptions>): Promise<Record<string, string>>;
  undo(): Promise<Record<string, string>>;
  fields(name: string): Promise<Fields>;
}

/** Sounds are compared by the packaged FFmpeg; `safe-write.test.ts` has them compared by the system's. */
const withLibrary = (work: (rig: Rig) => Promise<void>): Promise<void> => withPackagedFfmpeg(async () => {
  const recordings = new Recordings();
  const { folder } = recordings;
  const source = new Recordings();
  const music = source.wav('music.wav', 1);
  const catalogue = Catalogue.open(join(folder, '.livegenre/library.db'), folder);
  const added = new Map<string, Judgement>();
  const common = { root: folder, catalogue, editor, signal: new AbortController().signal };
  try {
    await work({
      folder, catalogue,
      add(name, judgement, ...meta) {
        added.set(name, judgement);
        return recordings.encode(music, name, ...meta.flatMap((each) => ['-metadata', each]));
      },
      hear(model = MODEL, genre) {
        const id = catalogue.model(model);
        const results = [...added].map(([path, judgement]) => {
          const { size, mtimeMs } = statSync(join(folder, path));
          return { path, stamp: { size, mtimeMs }, judgement: genre === undefined ? judgement : judged(genre) };
        });
        catalogue.write(id, results, 1);
        catalogue.complete(id, new Set(added.keys()), Date.now());
      },
      tag: async (options = {}) => outcomes(tagLibrary({ ...common, mode: 'if-empty', minP: 0.8, write: true, ...options })),
      undo: async () => outcomes(undoTags(common)),
      fields: (name) => editor.read(join(folder, name), tagKindOf(name)!),
    });
  } finally {
    catalogue.close();
    recordings.remove();
    source.remove();
  }
});

/** By name: the genre after a change, `same`, or why it was left alone. */
async function outcomes(all: AsyncIterable<TagOutcome>): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const outcome of all) found[outcome.path] = outcome.kind === 'change' ? outcome.after.genre.join('/') || 'none' : outcome.kind === 'left' ? outcome.why : 'same';
  return found;
}

test('sure answers are written where the genre is empty; the unsure, speech and broken are left alone', () => withLibrary(async ({ folder, add, hear, tag, fields }) => {
  add('a.flac', judged('hiphop'));
  add('b.mp3', judged('jazz'), 'genre=Blues');
  add('c.mp3', judged('jazz', { p: 0.79 }));
  add('d.mp3', judged(null));
  add('e.mp3', judged('jazz', { error: 'is cut off', problem: 'damaged' }));
  add('f.mka', judged('jazz'));
  add('g.mp3', judged(null, { segments: [{ fromMs: 0, toMs: 1000, genre: null, p: 0, state: 'unknown' }] }));
  hear();
  const before = readFileSync(join(folder, 'a.flac'));
  const wanted = { 'a.flac': 'Hip-Hop', 'b.mp3': 'Blues', 'c.mp3': 'has no sure genre', 'd.mp3': 'is speech', 'e.mp3': 'has something wrong', 'f.mka': 'is of a type whose tags are not written', 'g.mp3': 'has no sure genre' };
  assert.equal(await tag({ write: false }), wanted);
  assert.is(Buffer.compare(readFileSync(join(folder, 'a.flac')), before), 0, 'a dry run changes nothing');
  assert.equal(await tag(), wanted);
  assert.equal(readOwn((await fields('a.flac')).own), { genre: 'Hip-Hop', confidence: 0.9, model: 'm', version: '1', isWritten: true });
  assert.equal(readOwn((await fields('b.mp3')).own)?.isWritten, false);
  assert.is((await fields('c.mp3')).own, undefined);
}));

test('a second run knows its own hand, and files that were written are not heard again', () => withLibrary(async ({ catalogue, add, hear, tag, fields }) => {
  const path = add('a.mp3', judged('jazz'));
  add('b.flac', judged('jazz'), 'genre=Blues');
  hear();
  await tag();
  const { size, mtimeMs } = statSync(path);
  assert.equal(catalogue.heard(catalogue.model(MODEL)).get('a.mp3'), { size, mtimeMs, isQuick: false, isEmbedded: false, isTagged: false });
  assert.equal(await tag(), { 'a.mp3': 'same', 'b.flac': 'same' });
  hear(NEXT, 'hiphop');
  assert.equal(await tag(), { 'a.mp3': 'Hip-Hop', 'b.flac': 'Blues' });
  assert.equal((await fields('a.mp3')).genre, ['Hip-Hop']);
  assert.equal(await tag({ mode: 'add' }), { 'a.mp3': 'same', 'b.flac': 'Blues/Hip-Hop' });
  assert.equal(await tag({ mode: 'replace' }), { 'a.mp3': 'same', 'b.flac': 'Hip-Hop' });
}));

test('undo takes back one run after the other, and leaves alone what was changed since', () => withLibrary(async ({ folder, add, hear, tag, undo, fields }) => {
  for (const name of ['a.mp3', 'b.flac']) add(name, judged('jazz'), 'genre=Blues');
  add('c.m4a', judged('jazz'));
  hear();
  await tag();
  await tag({ mode: 'replace' });
  assert.equal((await fields('a.mp3')).genre, ['Jazz']);
  await editor.write(join(folder, 'b.flac'), 'vorbis', { genre: ['Soul'], own: undefined });
  assert.equal(await undo(), { 'b.flac': 'was changed since', 'a.mp3': 'Blues' });
  assert.equal((await fields('b.flac')).genre, ['Soul']);
  assert.equal(await undo(), { 'c.m4a': 'none', 'b.flac': 'was changed since', 'a.mp3': 'Blues' });
  assert.equal(await fields('a.mp3'), { genre: ['Blues'], own: undefined });
  assert.equal(await fields('c.m4a'), { genre: [], own: undefined });
  assert.equal(await undo(), {});
}));

test('a file that has changed since it was heard is left alone', () => withLibrary(async ({ add, hear, tag }) => {
  const path = add('a.mp3', judged('jazz'));
  hear();
  utimesSync(path, new Date(1000), new Date(1000));
  assert.equal(await tag(), { 'a.mp3': 'has changed since it was heard' });
}));

test('a genre in ID3v1 only is a genre', () => withLibrary(async ({ add, hear, tag, fields }) => {
  const path = add('a.mp3', judged('jazz'));
  const id3v1 = Buffer.alloc(128);
  id3v1.write('TAGtitle', 'latin1');
  id3v1[127] = 17;
  writeFileSync(path, Buffer.concat([readFileSync(path), id3v1]));
  hear();
  await tag();
  assert.equal((await fields('a.mp3')).genre, []);
  assert.equal(readOwn((await fields('a.mp3')).own)?.genre, 'Jazz');
  assert.is(Buffer.compare(readFileSync(path).subarray(-128), id3v1), 0);
}));

test('a run that was killed between the copy and its place is cleaned up, and can be undone where it came through', () => withLibrary(async ({ folder, catalogue, add, hear, tag, undo, fields }) => {
  const after = { genre: ['Jazz'], own: 'genre=Jazz; confidence=0.9; model=m; version=1; tag=written' };
  const before: Fields = { genre: [], own: undefined };
  const through = add('through.mp3', judged('jazz', { p: 0.1 }));
  add('not.mp3', judged('jazz', { p: 0.1 }));
  hear();
  const journal = new Journal(catalogue.database);
  const copy = join(folder, '.livegenre-copy.mp3');
  writeFileSync(copy, 'half a copy');
  journal.begin(1, { path: 'through.mp3', copy: join(folder, '.livegenre-gone.mp3'), before, after }, 1);
  journal.begin(1, { path: 'not.mp3', copy, before, after }, 1);
  await editor.write(through, 'id3', after);
  await tag();
  assert.not.ok(existsSync(copy));
  assert.equal(journal.last().map(({ path }) => path), ['through.mp3']);
  assert.equal(await undo(), { 'through.mp3': 'none' });
  assert.equal(await fields('through.mp3'), before);
}));

test.run();
