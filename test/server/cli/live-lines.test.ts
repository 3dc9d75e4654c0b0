import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { LiveLines } from '../../../server/cli/live-lines.js';
import { paint } from '../../../server/cli/terminal.js';
import type { Prediction, StationMessage } from '../../../server/protocol/messages.js';

class Page {
  readonly isTTY: boolean;
  readonly columns = 50;
  text = '';

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.text += text;
  }
}

function prediction(seq: number, genre: string | null, state: Prediction['state'] = 'music'): Prediction {
  return {
    type: 'prediction', seq, atMs: seq * 30_000, state, genre, p: genre === null ? 0 : 0.7,
    top: [['jazz', 0.7], ['blues', 0.2], ['rock', 0.1]], music: 1, level: -18, peak: -6, lagMs: 40, droppedMs: 0,
  };
}

const TOLD = [prediction(1, null, 'warming'), prediction(2, 'jazz'), prediction(3, 'jazz'), prediction(4, null, 'silence'), prediction(5, 'jazz')];

test('without a terminal: a line for each change and nothing else', () => {
  const page = new Page(false);
  const lines = new LiveLines(page, paint(false));
  for (const each of TOLD) lines.prediction(each);
  assert.equal(page.text.trimEnd().split('\n').map((line) => line.trim()), ['0:30  listening …', '1:00  jazz  70 %', '2:00  silence', '2:30  jazz  70 %']);
});

test('speech and what is unknown have lines too, and no genre', () => {
  const page = new Page(false);
  const lines = new LiveLines(page, paint(false));
  for (const [seq, state] of [[1, 'speech'], [2, 'speech'], [3, 'unknown']] as const) lines.prediction({ ...prediction(seq, null, state), top: [] });
  lines.summary({ type: 'summary', durationMs: 90_000, genre: null, p: 0, top: [], segments: [] });
  assert.equal(page.text.trimEnd().split('\n').map((line) => line.trim()), ['0:30  speech', '1:30  unknown', '1:30 heard, no music in it.']);
});

test('on a terminal: one line is written over, and never wraps', () => {
  const page = new Page(true);
  const lines = new LiveLines(page, paint(false));
  for (const each of TOLD) lines.prediction(each);
  lines.clear();
  const overwritten = page.text.split('\r\u001b[K').filter((part) => /^ +\d:\d\d {2}\S.*$/.test(part) && !part.includes('\n'));
  assert.is(overwritten.length, TOLD.length);
  for (const line of overwritten) assert.ok(line.length < page.columns, line);
  assert.match(overwritten[1]!, /1:00 {2}jazz 70 % {2}blues 20 % {2}rock 10 %/);
  assert.ok(page.text.endsWith('\r\u001b[K'), 'the line is taken away at the end');
});

test('a station says how it is doing and what it plays, when either is another', () => {
  const page = new Page(false);
  const lines = new LiveLines(page, paint(false));
  const told = (state: StationMessage['state'], reason: string | null = null, nowPlaying: string | null = null): void => lines.station({ type: 'station', state, since: '', reason, nowPlaying });
  told('live', null, 'Nina Simone – Sinnerman');
  lines.prediction(TOLD[0]!);
  told('failing', 'The server answers 503.');
  told('failing', 'The server answers 503.');
  told('live', null, 'Nina Simone – Sinnerman');
  lines.prediction(TOLD[0]!);
  const rows = page.text.trimEnd().split('\n').map((line) => line.trim());
  assert.equal([rows[0], rows[1], ...rows.slice(3, 6)], ['live', '♪ Nina Simone – Sinnerman', 'failing: The server answers 503.', 'live', '♪ Nina Simone – Sinnerman']);
  assert.is(rows[2], rows[6], 'the genre is said again when it is heard again');
  assert.is(rows.length, 7);
});

test('the summary has the timeline', () => {
  const page = new Page(false);
  const lines = new LiveLines(page, paint(false));
  lines.summary({ type: 'summary', durationMs: 90_000, genre: 'jazz', p: 0.6, segments: [{ fromMs: 0, toMs: 90_000, genre: 'jazz', p: 0.65, state: 'music' }] });
  assert.equal(page.text, '1:30 heard, on the whole jazz 60 %\n  0:00 – 1:30  jazz  65 %\n');
});

test.run();
