/** What the widget shows for each status of a stream. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { StreamStatus } from '../../../client/widget/stream-status.js';
import { stateOf, viewOf, type View } from '../../../client/widget/view.js';
import { ago, parseOverrides, Strings } from '../../../client/widget/strings.js';
import type { Prediction, StationMessage } from '../../../server/protocol/messages.js';

const ROCK: Prediction = {
  type: 'prediction', seq: 1, atMs: 1000, state: 'music', genre: 'rock', p: 0.84, top: [['rock', 0.84], ['hiphop', 0.1], ['jazz', 0.03], ['blues', 0.01]],
  music: 1, level: -18, peak: -6, lagMs: 4, droppedMs: 0,
};
const STATION: StationMessage = { type: 'station', state: 'live', since: '2026-11-21T12:00:00Z', nowPlaying: 'A – B', reason: null };

function statusWith(fields: Partial<StreamStatus> = {}): StreamStatus {
  return Object.assign(new StreamStatus(), { connection: 'open', name: 'Radio', labels: ['rock', 'hiphop', 'jazz', 'blues'], lastMessageAtMs: 0, prediction: ROCK, levels: [-18], ...fields });
}

function view(status: StreamStatus, nowMs = 0, strings = new Strings()): View {
  return viewOf(status, { nowMs, strings, stream: 'radio', origin: 'https://page.org', language: 'de' });
}

test('a genre is shown with its confidence and the next likely ones', () => {
  const { state, isLive, headline, p, top, levels, name, note } = view(statusWith());
  assert.equal([state, isLive, headline, p, name, note, levels], ['music', true, 'Rock', 0.84, 'Radio', '', [-18]]);
  assert.equal(top.map(([label]) => label), ['rock', 'hiphop', 'jazz']);
});

test('what the music has beside the genre is named, where the sender asked for it', () => {
  const tags = (prediction: Partial<Prediction>): string | undefined => view(statusWith({ prediction: { ...ROCK, ...prediction } })).tags;
  assert.is(tags({ tags: [['guitar', 0.9], ['male voice', 0.8], ['60s', 0.7], ['punk', 0.6]] }), 'guitar, male voice, 60s');
  assert.is(tags({ tags: [] }), '');
  assert.is(tags({}), '');
  assert.is(view(statusWith({ connection: 'closed', prediction: { ...ROCK, tags: [['guitar', 0.9]] } })).tags, '');
});

for (const [state, top, shown] of [
  ['warming', [], 'warming'], ['speech', [], 'speech'], ['silence', [], 'silence'], ['unknown', [], 'noise'], ['unknown', [['rock', 0.2]], 'unknown'],
] as const) {
  test(`${state}${state === 'unknown' ? ` with ${top.length} genres` : ''} is shown as ${shown}, without a genre`, () => {
    const seen = view(statusWith({ prediction: { ...ROCK, state, genre: null, p: 0, top } }));
    assert.equal([seen.state, seen.isLive, seen.genre, seen.p], [shown, true, null, 0]);
    assert.not.match(seen.headline, /rock/i);
    assert.ok(seen.note.endsWith('.'));
  });
}

test('a silent station is silence, and one without bytes has no signal', () => {
  assert.is(stateOf(statusWith({ station: { ...STATION, state: 'silent' }, prediction: { ...ROCK, state: 'silence', genre: null, p: 0, top: [] } }), 0), 'silence');
  const states = (['connecting', 'stalled', 'failing', 'stopped'] as const).map((state) => stateOf(statusWith({ station: { ...STATION, state } }), 0));
  assert.equal(states, ['tuning', 'no-signal', 'no-signal', 'off-air']);
});

test('after a lost connection the last genre is shown as past', () => {
  const lost = view(statusWith({ connection: 'reconnecting', problem: 'offline', lastGenre: { genre: 'rock', atMs: 0 } }), 120_000);
  assert.equal([lost.state, lost.isLive, lost.headline, lost.genre, lost.top, lost.levels], ['offline', false, 'Offline', null, [], []]);
  assert.match(lost.note, /^The server can’t be reached\. Last heard: Rock, 2 minutes ago\.$/);
});

test('a new stream in place of a lost one is said for a while, with what was lost', () => {
  const status = statusWith({ continued: { lostMs: 16_400, gapMs: 18_000, atMs: 0 }, lastMessageAtMs: 9_999 });
  const { note, state, headline, top } = view(status, 9_999);
  assert.equal([note, state, headline, top], ['A new stream, after 18 s without the server; 16 s were lost.', 'music', 'Rock', []]);
  assert.equal([view(status, 10_000).note, view(status, 10_000).top.length], ['', 3]);
});

test('a stream without messages for ten seconds has no signal, whatever it sent last', () => {
  assert.is(stateOf(statusWith(), 10_000), 'music');
  assert.is(stateOf(statusWith(), 10_001), 'no-signal');
});

test('the first attempt is connecting; later ones are reconnecting', () => {
  assert.is(stateOf(statusWith({ connection: 'reconnecting', name: '' }), 0), 'connecting');
  assert.is(stateOf(statusWith({ connection: 'reconnecting' }), 0), 'reconnecting');
  assert.is(stateOf(statusWith({ prediction: undefined }), 0), 'connecting');
});

test('a finished stream is ended, also when its id no longer exists', () => {
  const summary = { type: 'summary', durationMs: 1, genre: null, p: 0, segments: [] } as const;
  assert.is(stateOf(statusWith({ connection: 'closed', summary }), 0), 'ended');
  assert.is(stateOf(statusWith({ connection: 'reconnecting', problem: 'not-found', summary }), 0), 'ended');
  assert.is(stateOf(statusWith({ connection: 'reconnecting', problem: 'not-found' }), 0), 'not-found');
});

test('each connection problem has a note with the value that caused it', () => {
  const note = (problem: StreamStatus['problem']): string => view(statusWith({ connection: 'reconnecting', problem })).note;
  assert.match(note('not-found'), '“radio”');
  assert.match(note('not-allowed'), 'https://page.org');
  assert.match(note('busy'), 'full');
});

test('the title is that of a live station; a lost one has none', () => {
  assert.is(view(statusWith()).nowPlaying, undefined, 'no station');
  assert.is(view(statusWith({ station: STATION })).nowPlaying, 'A – B');
  assert.is(view(statusWith({ station: { ...STATION, state: 'stalled' } })).nowPlaying, null);
});

test('a page can override texts, and its language then formats the time', () => {
  const strings = new Strings(parseOverrides('{"silence": "Stille", "rock": "Rockmusik", "last": "Zuletzt {genre}, {ago}", "offline-note": "Kein Server."}'));
  assert.is(strings.text('silence'), 'Stille');
  assert.is(view(statusWith(), 0, strings).headline, 'Rockmusik');
  assert.is(view(statusWith({ connection: 'reconnecting', problem: 'offline', lastGenre: { genre: 'rock', atMs: 0 } }), 60_000, strings).note, 'Kein Server. Zuletzt Rockmusik, vor 1 Minute');
});

test('invalid labels are an error that describes the format', () => {
  for (const json of ['{', '[]', '3', 'null', '{"silence": 3}']) assert.throws(() => parseOverrides(json), /labels must be a JSON object of strings.*Stille/);
  assert.equal([parseOverrides(null), parseOverrides(' ')], [{}, {}]);
});

test('relative time in the largest whole unit; an invalid language falls back to English', () => {
  assert.equal([0, 59_000, 61_000, 7_200_000].map((ms) => ago(ms, 'en')), ['now', '59 seconds ago', '1 minute ago', '2 hours ago']);
  assert.is(ago(5000, 'no_such!'), '5 seconds ago');
});

test.run();
