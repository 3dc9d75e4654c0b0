import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Prediction, StationState } from '../../../server/protocol/messages.js';
import type { ClosedRow, HistoryMinute, HistorySegment, HistoryState, HistoryTitle, OpenRows } from '../../../server/store/store.js';
import type { StationEvent } from '../../../server/stations/station-event.js';
import { StationRecorder } from '../../../server/stations/station-recorder.js';
import { BLOCK_MS, heard as heardAt } from './prediction-events.js';

/** A whole minute. */
const T = Date.UTC(2026, 10, 21, 12);

interface Recorded {
  readonly record: StationRecorder;
  readonly segments: HistorySegment[];
  readonly states: HistoryState[];
  readonly titles: HistoryTitle[];
  readonly minutes: HistoryMinute[];
  /** All rows at the end, open ones included. */
  end(atMs: number): { segments: HistorySegment[]; states: HistoryState[]; minutes: HistoryMinute[] };
}

function recorded(): Recorded {
  const segments: HistorySegment[] = [];
  const states: HistoryState[] = [];
  const titles: HistoryTitle[] = [];
  const minutes: HistoryMinute[] = [];
  const record = new StationRecorder('a', (row: ClosedRow) => {
    assert.is(row.station, 'a');
    if (row.kind === 'segment') segments.push(row.segment);
    else if (row.kind === 'state') states.push(row.state);
    else if (row.kind === 'title') titles.push(row.title);
    else if (row.kind === 'minute') minutes.push(row.minute);
  });
  return {
    record, segments, states, titles, minutes,
    end(atMs) {
      const open: OpenRows = record.open(atMs);
      return {
        segments: [...segments, ...(open.segment ? [open.segment] : [])],
        states: [...states, ...(open.state ? [open.state] : [])],
        minutes: [...minutes, ...(open.minute ? [open.minute] : [])],
      };
    },
  };
}

const at = (s: number): number => T + s * 1000;
const become = (s: number, state: StationState, reason: string | null = null): StationEvent => ({ type: 'state', atMs: at(s), state, reason });
const entitle = (s: number, title: string | null): StationEvent => ({ type: 'title', atMs: at(s), title });

const heard = (s: number, what: string, spanMs?: number): StationEvent => heardAt(at(s), what, spanMs);

/** Consecutive blocks, the first from `fromS`, the last to `toS`. */
const blocks = (fromS: number, toS: number, what: string): StationEvent[] =>
  Array.from({ length: (toS - fromS) / (BLOCK_MS / 1000) }, (_, index) => heard(fromS + (index + 1) * (BLOCK_MS / 1000), what));

const push = ({ record }: Recorded, events: readonly StationEvent[]): void => {
  for (const event of events) record.push(event);
};

const spans = (segments: readonly HistorySegment[]): [number, number, string][] => segments.map(({ fromMs, toMs, state, genre }) => [(fromMs - T) / 1000, (toMs - T) / 1000, genre ?? state]);
const shares = (minutes: readonly HistoryMinute[]): [number, Record<string, number>][] => minutes.map((each) => [each.minute - T / 60_000, { ...each.shares }]);

test('a segment lasts while state, genre and title stay the same, its warm-up included', () => {
  const it = recorded();
  push(it, [become(0, 'live'), entitle(0, 'One'), ...blocks(0, 2, 'warming'), ...blocks(2, 10, 'rock'), ...blocks(10, 12, 'speech'), ...blocks(12, 20, 'rock'), entitle(20, 'Two'), ...blocks(20, 30, 'rock')]);
  const { segments } = it.end(at(30));
  assert.equal(spans(segments), [[0, 10, 'rock'], [10, 12, 'speech'], [12, 20, 'rock'], [20, 30, 'rock']]);
  assert.equal(segments.map(({ nowPlaying }) => nowPlaying), ['One', 'One', 'One', 'Two']);
  assert.equal(segments.map(({ p }) => p), [0.5, 0, 0.5, 0.5]);
  assert.equal(it.titles, [{ atMs: at(0), title: 'One' }, { atMs: at(20), title: 'Two' }]);
});

test('a segment has the means of its tags and mood; a tag that is named for a moment only is left out', () => {
  const it = recorded();
  const tagged = (events: readonly StationEvent[], tags: Prediction['tags'], mood?: Prediction['mood']): StationEvent[] => events.map((event) => (event.type === 'prediction' ? { ...event, prediction: { ...event.prediction, tags: tags!, ...(mood && { mood }) } } : event));
  push(it, [
    become(0, 'live'),
    ...tagged(blocks(0, 6, 'rock'), [['guitar', 0.9], ['angry', 0.6]], { lively: 0.8 }),
    ...tagged(blocks(6, 8, 'rock'), [['guitar', 0.9]], { lively: 0.6 }),
    ...tagged(blocks(8, 9, 'rock'), [['choir', 0.5]]),
    ...tagged(blocks(9, 12, 'speech'), []),
    ...blocks(12, 14, 'jazz'),
  ]);
  assert.equal(it.end(at(14)).segments.map(({ tags, mood }) => ({ tags, mood })), [
    { tags: [['guitar', 0.8], ['angry', 0.4]], mood: { lively: 0.75 } },
    { tags: undefined, mood: undefined },
    { tags: undefined, mood: undefined },
  ]);
});

test('shares are split at minute boundaries, warm-up included', () => {
  const it = recorded();
  push(it, [become(30, 'live'), ...blocks(30, 58, 'rock'), ...blocks(58, 60.5, 'warming'), ...blocks(60.5, 80, 'jazz'), ...blocks(80, 125, 'silence')]);
  assert.equal(shares(it.end(at(125)).minutes), [
    [0, { rock: 28_000, jazz: 2000 }],
    [1, { jazz: 20_000, silence: 40_000 }],
    [2, { silence: 5000 }],
  ]);
});

test('time without audio while enabled counts as down; time while stopped counts as nothing', () => {
  const it = recorded();
  push(it, [
    become(0, 'connecting'), become(5, 'live'), ...blocks(5, 20, 'rock'),
    become(30, 'stalled', 'No bytes for 10 s.'), become(30, 'failing', 'No bytes.'), become(35, 'connecting'), become(36, 'live'), ...blocks(36, 40, 'rock'),
    become(40, 'stopped'), become(50, 'connecting'),
  ]);
  const { segments, states, minutes } = it.end(at(52));
  assert.equal(spans(segments), [[5, 20, 'rock'], [36, 40, 'rock']]);
  assert.equal(shares(minutes), [[0, { down: 5000 + 16_000 + 2000, rock: 19_000 }]]);
  assert.equal(states.map(({ fromMs, toMs, state, reason }) => [(fromMs - T) / 1000, (toMs - T) / 1000, state, reason]), [
    [0, 5, 'connecting', null], [5, 30, 'live', null], [30, 35, 'failing', 'No bytes.'], [35, 36, 'connecting', null], [36, 40, 'live', null], [40, 50, 'stopped', null], [50, 52, 'connecting', null],
  ]);
});

test('blocks that arrive a little early or late leave no gaps; a long gap is one', () => {
  const it = recorded();
  push(it, [become(0, 'live'), heard(0.5, 'rock'), heard(1.3, 'rock'), heard(1.5, 'jazz'), heard(2.1, 'jazz'), heard(8, 'jazz')]);
  const { segments, minutes } = it.end(at(8));
  assert.equal(spans(segments), [[0, 1.3, 'rock'], [1.3, 2.1, 'jazz'], [7.5, 8, 'jazz']]);
  assert.equal(shares(minutes), [[0, { rock: 1300, jazz: 800 + 500, down: 5400 }]]);
});

test('a long warm-up is a segment of its own, counted as unknown', () => {
  const it = recorded();
  push(it, [become(0, 'live'), ...blocks(0, 10, 'warming'), ...blocks(10, 12, 'rock'), ...blocks(12, 13, 'warming'), become(13, 'failing', 'x')]);
  const { segments, minutes } = it.end(at(13));
  assert.equal(spans(segments), [[0, 10, 'warming'], [10, 12, 'rock'], [12, 13, 'warming']]);
  assert.equal(shares(minutes), [[0, { unknown: 11_000, rock: 2000 }]]);
});

test('after the clock is set back nothing is recorded until it has caught up', () => {
  const it = recorded();
  push(it, [become(0, 'live'), ...blocks(0, 20, 'rock'), ...blocks(5, 15, 'jazz'), ...blocks(20, 25, 'jazz')]);
  assert.equal(spans(it.end(at(25)).segments), [[0, 20, 'rock'], [20, 25, 'jazz']]);
});

const anyMoment = fc.oneof(
  fc.record({ s: fc.integer({ min: -20, max: 400 }), what: fc.constantFrom('rock', 'jazz', 'warming', 'speech', 'silence', 'unknown'), spanMs: fc.integer({ min: 1, max: 5000 }) }).map(({ s, what, spanMs }) => heard(s, what, spanMs)),
  fc.record({ s: fc.integer({ min: -20, max: 400 }), state: fc.constantFrom<StationState>('connecting', 'live', 'silent', 'stalled', 'failing', 'stopped'), reason: fc.constantFrom(null, 'why') }).map(({ s, state, reason }) => become(s, state, reason)),
  fc.record({ s: fc.integer({ min: -20, max: 400 }), title: fc.constantFrom(null, 'One', 'Two') }).map(({ s, title }) => entitle(s, title)),
);

/** Half of the runs in the order of time. */
const anyMoments = fc.oneof(fc.array(anyMoment, { maxLength: 200 }), fc.array(anyMoment, { maxLength: 200 }).map((events) => events.sort((a, b) => a.atMs - b.atMs)));

test('for any events: rows are in order without overlap, each minute comes once and has at most 60 s', () => {
  fc.assert(fc.property(anyMoments, fc.integer({ min: 0, max: 10 }), (events, flushEvery) => {
    const it = recorded();
    events.forEach((event, index) => {
      it.record.push(event);
      if (flushEvery > 0 && index % flushEvery === 0) it.record.open(event.atMs);
    });
    const { segments, states, minutes } = it.end(at(400));
    for (const rows of [segments, states]) {
      rows.forEach(({ fromMs, toMs }, index) => {
        assert.ok(fromMs < toMs || (rows === states && index === rows.length - 1), `${fromMs} to ${toMs}`);
        assert.ok(index === 0 || rows[index - 1]!.toMs <= fromMs, `${rows[index - 1]?.toMs} overlaps ${fromMs}`);
      });
    }
    minutes.forEach(({ minute, shares: of }, index) => {
      assert.ok(index === 0 || minutes[index - 1]!.minute < minute);
      assert.ok(Object.values(of).every((ms) => Number.isInteger(ms) && ms > 0));
      assert.ok(Object.values(of).reduce((sum, ms) => sum + ms, 0) <= 60_000);
    });
    // Segments and shares account for the same audio.
    const segmentsMs = segments.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
    const heardMs = minutes.flatMap(({ shares: of }) => Object.entries(of)).reduce((sum, [key, ms]) => sum + (key === 'down' ? 0 : ms), 0);
    assert.is(segmentsMs, heardMs);
  }), { numRuns: 500 });
});

test.run();
