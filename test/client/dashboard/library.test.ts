/** The list of a library: questions, rows in view, keys, and pages that come when they are looked at. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { queryOf, sortedBy, type Question } from '../../../client/dashboard/model/library.js';
import { rowStep, rowWindow, scrolledTo } from '../../../client/dashboard/model/row-window.js';
import { PAGE_ROWS, TrackRows } from '../../../client/dashboard/model/track-rows.js';
import type { ListedTrack, TrackPage } from '../../../server/protocol/library.js';

const QUESTION: Question = { q: '', kind: undefined, beside: undefined, errors: false, sort: 'title', descending: false };

test('a question as parameters', () => {
  assert.is(queryOf(QUESTION).toString(), 'sort=title');
  assert.is(queryOf({ q: ' a&b ', kind: { genre: 'jazz' }, beside: { tags: 'male voice' }, errors: false, sort: 'p', descending: true }).toString(), 'sort=p&q=a%26b&genre=jazz&tags=male+voice&descending=1');
  assert.is(queryOf({ ...QUESTION, kind: { state: 'speech' }, errors: true }).toString(), 'sort=title&state=speech&errors=1');
});

test('a heading that is pressed again turns the order round; the surest and longest come first', () => {
  assert.is(sortedBy(QUESTION, 'title').descending, true);
  assert.is(sortedBy(sortedBy(QUESTION, 'title'), 'title').descending, false);
  assert.equal([sortedBy(QUESTION, 'p').descending, sortedBy(QUESTION, 'artist').descending], [true, false]);
});

test('only rows in view and a few around are in the document', () => {
  assert.equal(rowWindow(0, 400, 40, 50_000), { from: 0, to: 18 });
  assert.equal(rowWindow(40_000, 400, 40, 50_000), { from: 992, to: 1018 });
  assert.equal(rowWindow(1_999_600, 400, 40, 50_000), { from: 49_982, to: 50_000 });
  assert.equal(rowWindow(4000, 400, 40, 3), { from: 3, to: 3 });
  assert.equal(rowWindow(0, 400, 40, 0), { from: 0, to: 0 });
});

test('a row is scrolled to only if it is not wholly in view', () => {
  assert.is(scrolledTo(5, 100, 400, 40), 100);
  assert.is(scrolledTo(2, 100, 400, 40), 80);
  assert.is(scrolledTo(12, 100, 400, 40), 120);
});

test('keys', () => {
  const step = (key: string, at: number): number | undefined => rowStep(key, at, 100, 10);
  assert.equal([step('ArrowDown', -1), step('ArrowUp', -1), step('ArrowDown', 4), step('ArrowUp', 0), step('ArrowDown', 99)], [0, 0, 5, 0, 99]);
  assert.equal([step('PageDown', 4), step('PageUp', 4), step('Home', 50), step('End', 50)], [13, 0, 0, 99]);
  assert.is(step('x', 0), undefined);
  assert.is(rowStep('ArrowDown', -1, 0, 10), undefined);
});

/** Requests that are answered by hand. */
function manual() {
  const asked: { offset: number; signal: AbortSignal; answer(total: number): void; fail(words: string): void }[] = [];
  let changes = 0;
  const rows = new TrackRows({
    fetch: (offset, limit, signal) => new Promise<Pick<TrackPage, 'total' | 'tracks'>>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')));
      asked.push({
        offset, signal, fail: (words) => reject(new Error(words)),
        answer: (total) => resolve({ total, tracks: Array.from({ length: Math.min(limit, total - offset) }, (_, index) => ({ id: offset + index }) as ListedTrack) }),
      });
    }),
    onChange: () => { changes += 1; },
  });
  return { rows, asked, changes: () => changes };
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('pages are fetched once they are in view, and each only once', async () => {
  const { rows, asked } = manual();
  assert.equal(asked.map(({ offset }) => offset), [0]);
  asked[0]!.answer(50_000);
  await turn();
  assert.equal([rows.total, rows.at(7)!.id, rows.at(PAGE_ROWS)], [50_000, 7, undefined]);
  rows.want(20_050, 20_110);
  assert.equal(asked.slice(1).map(({ offset }) => offset), [20_000, 20_100]);
  asked[1]!.answer(50_000);
  asked[2]!.answer(50_000);
  await turn();
  rows.want(20_000, 20_150);
  assert.is(asked.length, 3);
  assert.is(rows.at(20_105)!.id, 20_105);
});

test('requests for rows that went out of view are ended, and the new ones begin', async () => {
  const { rows, asked } = manual();
  asked[0]!.answer(50_000);
  await turn();
  rows.want(1000, 1050);
  rows.want(30_000, 30_050);
  await turn();
  assert.equal(asked.map(({ offset, signal }) => [offset, signal.aborted]), [[0, false], [1000, true], [30_000, false]]);
  rows.end();
  assert.ok(asked[2]!.signal.aborted);
});

test('a failure is told, and asked again only when the visitor wants it', async () => {
  const { rows, asked, changes } = manual();
  asked[0]!.fail('No answer.');
  await turn();
  assert.equal([rows.trouble, rows.total, changes()], ['No answer.', undefined, 1]);
  rows.want(0, 20);
  assert.is(asked.length, 1);
  rows.retry();
  asked[1]!.answer(3);
  await turn();
  assert.equal([rows.trouble, rows.total, rows.at(2)!.id, rows.at(3)], ['', 3, 2, undefined]);
});

test.run();
