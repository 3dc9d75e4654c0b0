/** Whatever is known of a stream, what the widget shows of it is true. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Known } from '../../../client/widget/known.js';
import { stateOf, viewOf, type View } from '../../../client/widget/view.js';
import { ago, parseWords, Words } from '../../../client/widget/words.js';
import type { Prediction, StationMessage } from '../../../server/protocol/messages.js';

const ROCK: Prediction = {
  type: 'prediction', seq: 1, atMs: 1000, state: 'music', genre: 'rock', p: 0.84, top: [['rock', 0.84], ['hiphop', 0.1], ['jazz', 0.03], ['blues', 0.01]],
  music: 1, level: -18, peak: -6, lagMs: 4, droppedMs: 0,
};
const STATION: StationMessage = { type: 'station', state: 'live', since: '2026-11-21T12:00:00Z', nowPlaying: 'A – B', reason: null };

function known(fields: Partial<Known> = {}): Known {
  return Object.assign(new Known(), { link: 'open', name: 'Radio', labels: ['rock', 'hiphop', 'jazz', 'blues'], aliveAtMs: 0, prediction: ROCK, levels: [-18], ...fields });
}

function view(facts: Known, nowMs = 0, words = new Words()): View {
  return viewOf(facts, { nowMs, words, stream: 'radio', origin: 'https://page.org', language: 'de' });
}

test('a genre is shown with how sure it is and what comes close', () => {
  const { state, isLive, word, p, top, levels, name, note } = view(known());
  assert.equal([state, isLive, word, p, name, note, levels], ['music', true, 'Rock', 0.84, 'Radio', '', [-18]]);
  assert.equal(top.map(([label]) => label), ['rock', 'hiphop', 'jazz']);
});

for (const [state, top, shown] of [
  ['warming', [], 'warming'], ['speech', [], 'speech'], ['silence', [], 'silence'], ['unknown', [], 'noise'], ['unknown', [['rock', 0.2]], 'unknown'],
] as const) {
  test(`${state}${state === 'unknown' ? ` with ${top.length} genres` : ''} is called by its name, without a genre`, () => {
    const seen = view(known({ prediction: { ...ROCK, state, genre: null, p: 0, top } }));
    assert.equal([seen.state, seen.isLive, seen.genre, seen.p], [shown, true, null, 0]);
    assert.not.match(seen.word, /rock/i);
    assert.ok(seen.note.endsWith('.'));
  });
}

test('silence of a station is silence, and no bytes are no signal', () => {
  assert.is(stateOf(known({ station: { ...STATION, state: 'silent' }, prediction: { ...ROCK, state: 'silence', genre: null, p: 0, top: [] } }), 0), 'silence');
  const said = (['connecting', 'stalled', 'failing', 'stopped'] as const).map((state) => stateOf(known({ station: { ...STATION, state } }), 0));
  assert.equal(said, ['tuning', 'no-signal', 'no-signal', 'off-air']);
});

test('what was heard before the connection was lost is shown as old', () => {
  const lost = view(known({ link: 'reconnecting', trouble: 'offline', last: { genre: 'rock', atMs: 0 } }), 120_000);
  assert.equal([lost.state, lost.isLive, lost.word, lost.genre, lost.top, lost.levels], ['offline', false, 'Offline', null, [], []]);
  assert.match(lost.note, /^The server can’t be reached\. Last heard: Rock, 2 minutes ago\.$/);
});

test('a stream that says nothing for ten seconds gives no signal, whatever it said last', () => {
  assert.is(stateOf(known(), 10_000), 'music');
  assert.is(stateOf(known(), 10_001), 'no-signal');
});

test('the first connection connects; a later one reconnects', () => {
  assert.is(stateOf(known({ link: 'reconnecting', name: '' }), 0), 'connecting');
  assert.is(stateOf(known({ link: 'reconnecting' }), 0), 'reconnecting');
  assert.is(stateOf(known({ prediction: undefined }), 0), 'connecting');
});

test('a stream that is over has ended, also when its id is gone', () => {
  const summary = { type: 'summary', durationMs: 1, genre: null, p: 0, segments: [] } as const;
  assert.is(stateOf(known({ link: 'closed', summary }), 0), 'ended');
  assert.is(stateOf(known({ link: 'reconnecting', trouble: 'not-found', summary }), 0), 'ended');
  assert.is(stateOf(known({ link: 'reconnecting', trouble: 'not-found' }), 0), 'not-found');
});

test('each trouble says what is the matter, with the value', () => {
  const note = (trouble: Known['trouble']): string => view(known({ link: 'reconnecting', trouble })).note;
  assert.match(note('not-found'), '“radio”');
  assert.match(note('not-allowed'), 'https://page.org');
  assert.match(note('busy'), 'full');
});

test('now playing is what a live station says, and nothing of what it said before it was lost', () => {
  assert.is(view(known()).nowPlaying, undefined, 'no station');
  assert.is(view(known({ station: STATION })).nowPlaying, 'A – B');
  assert.is(view(known({ station: { ...STATION, state: 'stalled' } })).nowPlaying, null);
});

test('a page can have words of its own, and its language then counts the minutes', () => {
  const words = new Words(parseWords('{"silence": "Stille", "rock": "Rockmusik", "last": "Zuletzt {genre}, {ago}", "offline-note": "Kein Server."}'));
  assert.is(words.say('silence'), 'Stille');
  assert.is(view(known(), 0, words).word, 'Rockmusik');
  assert.is(view(known({ link: 'reconnecting', trouble: 'offline', last: { genre: 'rock', atMs: 0 } }), 60_000, words).note, 'Kein Server. Zuletzt Rockmusik, vor 1 Minute');
});

test('words that are no texts are refused with what is wanted', () => {
  for (const json of ['{', '[]', '3', 'null', '{"silence": 3}']) assert.throws(() => parseWords(json), /labels must be a JSON object of texts.*Stille/);
  assert.equal([parseWords(null), parseWords(' ')], [{}, {}]);
});

test('how long ago, in the largest whole unit; an odd language is none', () => {
  assert.equal([0, 59_000, 61_000, 7_200_000].map((ms) => ago(ms, 'en')), ['now', '59 seconds ago', '1 minute ago', '2 hours ago']);
  assert.is(ago(5000, 'no_such!'), '5 seconds ago');
});

test.run();
