/** `livegenre library tag` and `library undo`: shows what changes in the tags of a library, and changes it. */
import type { Catalogue } from '../library/catalogue.js';
import { TagEditor } from '../library/tags/editor.js';
import type { Fields } from '../library/tags/fields.js';
import { tagLibrary, undoTags, type TagOutcome } from '../library/tags/tag.js';
import { SettingError } from '../settings.js';
import { printable } from './terminal.js';

/** The confidence is too high on others' music, so only the surest answers go into files. */
export const DEFAULT_TAG_MIN_P = 0.8;
/** Conventional exit code after SIGINT (128 + 2). */
const INTERRUPTED_EXIT_CODE = 130;

export interface TagFlags {
  readonly write?: boolean;
  readonly dryRun?: boolean;
  readonly replace?: boolean;
  readonly add?: boolean;
  readonly minP?: number;
}

export async function tag(catalogue: Catalogue, root: string, { write = false, dryRun = false, replace = false, add = false, minP = DEFAULT_TAG_MIN_P }: TagFlags): Promise<void> {
  if (write && dryRun) throw new SettingError('--write and --dry-run exclude each other.');
  if (replace && add) throw new SettingError('--replace and --add exclude each other.');
  if (!catalogue.shown()) throw new SettingError('Nothing was heard yet: livegenre library DIR');
  const mode = replace ? 'replace' : add ? 'add' : 'if-empty';
  await withEditor(async (editor, signal) => {
    const counts = await show(tagLibrary({ catalogue, root, editor, mode, minP, write, signal }));
    process.stdout.write(`${tagSummary(counts, write)}\n`);
  });
}

export async function undo(catalogue: Catalogue, root: string): Promise<void> {
  await withEditor(async (editor, signal) => {
    const { changed, left } = await show(undoTags({ catalogue, root, editor, signal }), true);
    const kept = [...left.values()].reduce((sum, count) => sum + count, 0);
    process.stdout.write(changed + kept === 0 ? 'There is nothing to undo.\n' : `${files(changed)} as before${kept > 0 ? `, ${files(kept)} left alone` : ''}.\n`);
  });
}

export interface TagCounts {
  changed: number;
  same: number;
  /** Files by the reason why they were left alone. */
  readonly left: Map<string, number>;
}

/** @param isLeftShown whether files that are left alone get a line, too */
async function show(outcomes: AsyncIterable<TagOutcome>, isLeftShown = false): Promise<TagCounts> {
  const counts: TagCounts = { changed: 0, same: 0, left: new Map() };
  for await (const outcome of outcomes) {
    if (outcome.kind === 'same') counts.same += 1;
    else if (outcome.kind === 'change') {
      counts.changed += 1;
      process.stdout.write(`${changeLine(outcome.path, outcome.before, outcome.after)}\n`);
    } else {
      counts.left.set(outcome.why, (counts.left.get(outcome.why) ?? 0) + 1);
      if (isLeftShown) process.stdout.write(`${printable(outcome.path)}: ${printable(outcome.why)}, left alone\n`);
    }
  }
  return counts;
}

/** `a.mp3: genre none → Jazz; LIVEGENRE genre=Jazz; …` */
export function changeLine(path: string, before: Fields, after: Fields): string {
  const genre = (fields: Fields): string => (fields.genre.length === 0 ? 'none' : fields.genre.join(' / '));
  const isGenreSame = genre(before) === genre(after);
  return `${printable(path)}: ${printable([`genre ${genre(before)}${isGenreSame ? ' stays' : ` → ${genre(after)}`}`, `LIVEGENRE ${after.own ?? 'removed'}`].join('; '))}`;
}

export function tagSummary({ changed, same, left }: TagCounts, isWritten: boolean): string {
  const lines = [isWritten ? `${files(changed)} changed.` : `${files(changed)} would change${changed > 0 ? '; --write changes them' : ''}.`];
  if (same > 0) lines.push(`${files(same)} as they should be.`);
  for (const [why, count] of [...left].sort(([, a], [, b]) => b - a)) lines.push(`${files(count)} left alone: ${printable(why)}.`);
  return lines.join('\n');
}

function files(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'file' : 'files'}`;
}

async function withEditor(work: (editor: TagEditor, signal: AbortSignal) => Promise<void>): Promise<void> {
  const editor = new TagEditor();
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    await work(editor, stop.signal);
  } finally {
    await editor.close();
    process.removeListener('SIGINT', onSignal).removeListener('SIGTERM', onSignal);
  }
  if (stop.signal.aborted) process.exitCode = INTERRUPTED_EXIT_CODE;
}
