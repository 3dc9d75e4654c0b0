import * as assert from 'uvu/assert';
import { test } from 'uvu';
import type { Classified } from '../../../server/protocol/messages.js';
import { report, timeline } from '../../../server/cli/report.js';
import { called, clock, colours, paint, percent, printable } from '../../../server/cli/terminal.js';

const PLAIN = paint(false);
const SONG: Classified = {
  file: 'song.mp3',
  durationMs: 754_321,
  genre: 'blues',
  p: 0.84,
  top: [{ genre: 'blues', p: 0.84 }, { genre: 'jazz', p: 0.09 }, { genre: 'rock', p: 0.04 }, { genre: 'pop', p: 0.03 }],
  segments: [
    { fromMs: 0, toMs: 61_000, genre: 'blues', p: 0.9, state: 'music' },
    { fromMs: 61_000, toMs: 66_000, genre: null, p: 0, state: 'silence' },
    { fromMs: 66_000, toMs: 754_321, genre: 'classical', p: 1, state: 'music' },
  ],
};

test('times are m:ss, and h:mm:ss from an hour on', () => {
  assert.equal([0, 999, 61_000, 3_599_999, 3_600_000, 36_061_000].map(clock), ['0:00', '0:00', '1:01', '59:59', '1:00:00', '10:01:01']);
});

test('tags stand below the answer', () => {
  assert.match(report({ ...SONG, tags: [['guitar', 0.8], ['mellow', 0.6]] }, PLAIN), /\n {2}also: guitar, mellow\n {2}0:00/);
  assert.not.match(report({ ...SONG, tags: [] }, PLAIN), /also/);
});

test('the answer names genre, confidence and the best three', () => {
  const text = report(SONG, PLAIN);
  assert.match(text, /song\.mp3 {2}12:34 {2}blues 84 % {2}\(jazz 9 %, rock 4 %\)/);
  assert.not.match(text, /pop/);
});

test('the timeline\'s columns are aligned', () => {
  const rows = timeline(SONG.segments);
  assert.equal(rows, [
    '  0:00 –  1:01  blues       90 %',
    '  1:01 –  1:06  silence',
    '  1:06 – 12:34  classical  100 %',
  ]);
});

test('an error stands alone, or before what could be judged', () => {
  assert.is(report({ ...SONG, genre: null, top: [], segments: [], error: 'is empty' }, PLAIN), 'song.mp3: is empty');
  const lines = report({ ...SONG, error: 'is cut off' }, PLAIN).split('\n');
  assert.is(lines[0], 'song.mp3: is cut off');
  assert.match(lines[1]!, /blues 84 %/);
});

test('a file without a genre is told with its timeline', () => {
  const talk = { ...SONG, genre: null, p: 0, top: [], segments: [{ fromMs: 0, toMs: 754_321, genre: null, p: 0, state: 'speech' as const }] };
  assert.is(report(talk, PLAIN), 'song.mp3  12:34  no music\n  0:00 – 12:34  speech');
  const odd = { ...talk, top: [{ genre: 'blues', p: 0.2 }, { genre: 'jazz', p: 0.19 }], segments: [{ ...talk.segments[0]!, state: 'unknown' as const }] };
  assert.is(report(odd, PLAIN), 'song.mp3  12:34  music of no known genre  (blues 20 %, jazz 19 %)\n  0:00 – 12:34  unknown');
});

test('colours only on a terminal, and not with NO_COLOR', () => {
  assert.ok(colours({ isTTY: true }, {}));
  assert.not.ok(colours({ isTTY: true }, { NO_COLOR: '1' }));
  assert.ok(colours({ isTTY: true }, { NO_COLOR: '' }));
  assert.not.ok(colours({}, {}));
  assert.is(paint(true).strong('x'), '\u001b[1mx\u001b[22m');
});

test('names can not move the cursor', () => {
  assert.is(printable('a\u001b[2Jb\nc\u009b'), 'a?[2Jb?c?');
  assert.not.match(report({ ...SONG, file: 'x\u001b]0;y\u0007' }, PLAIN), /[\u001b\u0007]/);
});

test('states have words where there is no genre', () => {
  assert.equal([called('music', 'jazz'), called('silence', null), called('warming', null)], ['jazz', 'silence', 'listening …']);
  assert.is(percent(0.846), '85 %');
});

test.run();
