/** Puts the library's answers into the files' tags, or only says what it would do; and takes it back. */
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isText } from '../../sources/file-names.js';
import type { Catalogue, ModelRow, TrackRow } from '../catalogue.js';
import { otherGenre, tagsOf } from './contents.js';
import { TagError, type TagEditor } from './editor.js';
import { genreName, ownText, sameFields, wantedFields, type Fields, type GenreMode } from './fields.js';
import { Journal, type JournalEntry } from './journal.js';
import { tagKindOf } from './kinds.js';
import { checkWritable, GONE, safeWrite } from './safe-write.js';

const CHANGED = 'was changed since';

/** What became of a track. */
export type TagOutcome = { readonly path: string } & (
  | { readonly kind: 'change'; readonly before: Fields; readonly after: Fields }
  /** It has all that would be written. */
  | { readonly kind: 'same' }
  /** `why` is a sentence's rest, after the name. */
  | { readonly kind: 'left'; readonly why: string }
);

export interface TagOptions {
  readonly root: string;
  readonly catalogue: Catalogue;
  readonly editor: TagEditor;
  readonly mode: GenreMode;
  /** Least confidence, 0 to 1. */
  readonly minP: number;
  /** Without it nothing is changed. */
  readonly write: boolean;
  readonly signal: AbortSignal;
}

/** An outcome for each track of the library, in order. */
export async function* tagLibrary(options: TagOptions): AsyncGenerator<TagOutcome, void, void> {
  const { catalogue, editor, root, write, signal } = options;
  const model = catalogue.shown();
  if (!model) return;
  const journal = new Journal(catalogue.database);
  if (write) await recover(journal, editor, root);
  const run = journal.nextRun();
  for (const row of catalogue.rows()) {
    if (signal.aborted) return;
    const { path } = row;
    try {
      const plan = await planFor(row, model, options);
      if (sameFields(plan.before, plan.after)) {
        yield { path, kind: 'same' };
        continue;
      }
      if (write) await writeOne(options, journal, { ...plan, path, run });
      yield { path, kind: 'change', before: plan.before, after: plan.after };
    } catch (error) {
      if (!(error instanceof TagError)) throw error;
      yield { path, kind: 'left', why: error.message };
    }
  }
}

/** Takes back the newest run of `tagLibrary` that was not taken back yet. What was changed since is left alone. */
export async function* undoTags({ root, catalogue, editor, signal }: Pick<TagOptions, 'root' | 'catalogue' | 'editor' | 'signal'>): AsyncGenerator<TagOutcome, void, void> {
  const journal = new Journal(catalogue.database);
  await recover(journal, editor, root);
  for (const { id, path, before, after } of journal.last()) {
    if (signal.aborted) return;
    const absolute = join(root, path);
    try {
      const kind = tagKindOf(path)!;
      await checkWritable(absolute);
      if (!sameFields(await editor.read(absolute, kind), after)) throw new TagError(CHANGED);
      const stamp = await stat(absolute);
      await safeWrite(editor, { path: absolute, kind, before: after, after: before, onReady: () => {} });
      journal.set(id, 'undone');
      catalogue.touch(path, stamp, await stat(absolute));
      yield { path, kind: 'change', before: after, after: before };
    } catch (error) {
      if (!(error instanceof TagError)) throw error;
      // What may be writable later can be tried again.
      if (error.message === CHANGED || error.message === GONE) journal.set(id, 'failed');
      yield { path, kind: 'left', why: error.message };
    }
  }
}

interface Plan {
  readonly before: Fields;
  readonly after: Fields;
}

/** @throws TagError saying why the track is left alone */
async function planFor({ path, size, mtimeMs, state, genre, p, error }: TrackRow, { name, version }: ModelRow, { root, editor, mode, minP }: TagOptions): Promise<Plan> {
  if (error !== null) throw new TagError('has something wrong');
  if (state === 'speech' || state === 'silence') throw new TagError(`is ${state}`);
  if (genre === null || p < minP) throw new TagError('has no sure genre');
  const kind = tagKindOf(path);
  if (!kind) throw new TagError('is of a type whose tags are not written');
  // FFmpeg and music-metadata get names as text.
  if (!isText(path)) throw new TagError('has a name that is not text');
  const absolute = join(root, path);
  await checkWritable(absolute);
  const stamp = await stat(absolute);
  if (stamp.size !== size || stamp.mtimeMs !== mtimeMs) throw new TagError('has changed since it was heard');
  const before = await editor.read(absolute, kind);
  const answer = { genre: genreName(genre), confidence: p, model: name, version };
  if (mode === 'if-empty' && before.genre.length === 0 && kind === 'id3' && otherGenre(await tagsOf(absolute)) !== undefined) {
    return { before, after: { genre: [], own: ownText({ ...answer, isWritten: false }) } };
  }
  return { before, after: wantedFields(before, answer, mode) };
}

async function writeOne({ root, catalogue, editor }: TagOptions, journal: Journal, { path, before, after, run }: Plan & { readonly path: string; readonly run: number }): Promise<void> {
  const absolute = join(root, path);
  const stamp = await stat(absolute);
  let id: number | undefined;
  try {
    await safeWrite(editor, {
      path: absolute, kind: tagKindOf(path)!, before, after,
      onReady: (copy) => { id = journal.begin(run, { path, copy, before, after }, Date.now()); },
    });
    journal.set(id!, 'done');
  } catch (error) {
    if (id !== undefined) journal.set(id, 'failed');
    throw error;
  }
  catalogue.touch(path, stamp, await stat(absolute));
}

/** Finds out how far a killed run came: the copy is still there, or has taken the file's place. */
async function recover(journal: Journal, editor: TagEditor, root: string): Promise<void> {
  for (const entry of journal.begun()) {
    await rm(entry.copy, { force: true });
    journal.set(entry.id, await isWritten(entry, editor, root) ? 'done' : 'failed');
  }
}

async function isWritten({ path, after }: JournalEntry, editor: TagEditor, root: string): Promise<boolean> {
  try {
    return sameFields(await editor.read(join(root, path), tagKindOf(path)!), after);
  } catch {
    // Gone or broken since: there is nothing to undo.
    return false;
  }
}
