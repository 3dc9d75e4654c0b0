/** The poster of a day: the day itself, what is kept of it, and the picture. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import { DayRecord } from '../../../server/drawing/day-record.js';
import { localDate, localDay, localTime } from '../../../server/drawing/local-day.js';
import { poster, type PosterFacts } from '../../../server/drawing/poster.js';
import { cutTo, escaped, widthOf } from '../../../server/drawing/svg-text.js';
import { profileOf } from '../../../server/tune/profile.js';

const HOUR_MS = 3_600_000;
const LABELS = ['blues', 'hiphop', 'jazz'];
const day = localDay('2026-11-29', 'Europe/Berlin');
const at = (hour: number, minute = 0): number => day.fromMs + hour * HOUR_MS + minute * 60_000;
const music = (fromMs: number, toMs: number, genre: string, nowPlaying: string | null = null) => ({ fromMs, toMs, state: 'music' as const, genre, nowPlaying });

function facts(more: Partial<PosterFacts> = {}): PosterFacts {
  return { station: 'Blue Hour FM', profile: profileOf([{ shares: { jazz: 45 * 60_000, blues: 15 * 60_000, down: 60_000 } }]), downMs: 60_000, model: { name: 'genre-v2', version: '1.0.0', labels: LABELS }, nowMs: day.toMs + HOUR_MS, ...more };
}

test('a day begins at its midnight, with as many hours as it has', () => {
  assert.is(new Date(day.fromMs).toISOString(), '2026-11-28T23:00:00.000Z');
  assert.equal([day.hours.length, day.words, day.offset], [24, 'Sunday, 29 November 2026', 'UTC+1']);
  assert.equal(day.hours.map(({ label }) => label).slice(0, 3), ['00', '01', '02']);
  const [spring, autumn] = [localDay('2026-03-29', 'Europe/Berlin'), localDay('2026-10-25', 'Europe/Berlin')];
  assert.equal(spring.hours.map(({ label }) => label).slice(0, 4), ['00', '01', '03', '04']);
  assert.equal([spring.hours.length, spring.toMs - spring.fromMs], [23, 23 * HOUR_MS]);
  assert.equal(autumn.hours.map(({ label }) => label).slice(1, 5), ['01', '02', '02', '03']);
  const kolkata = localDay('2026-11-29', 'Asia/Kolkata');
  assert.equal([new Date(kolkata.fromMs).toISOString(), kolkata.offset], ['2026-11-28T18:30:00.000Z', 'UTC+5:30']);
  // Clocks skipped midnight there.
  const skipped = localDay('2018-11-04', 'America/Sao_Paulo');
  assert.equal([localTime(skipped.fromMs, skipped.timeZone), skipped.hours.length], ['01:00', 23]);
  for (const [date, zone] of [['2026-02-30', 'UTC'], ['26-01-01', 'UTC'], ['2026-01-01', 'Nowhere/Town']] as const) assert.throws(() => localDay(date, zone), RangeError as never);
});

test('every moment lies in the day of its date', () => {
  fc.assert(fc.property(fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2040, 0, 1) }), fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'America/Sao_Paulo'), (atMs, zone) => {
    const { fromMs, toMs } = localDay(localDate(atMs, zone), zone);
    return fromMs <= atMs && atMs < toMs;
  }), { numRuns: 50 });
});

test('a row has what was heard most in each third of a minute', () => {
  const record = new DayRecord(day);
  record.addHeard(music(at(-1), at(0, 30), 'jazz', 'One'));
  record.addHeard({ ...music(at(0, 30), at(0, 31), 'jazz'), state: 'speech', genre: null });
  record.addHeard(music(at(0, 31), at(1, 10), 'blues', 'Two'));
  record.addState({ fromMs: at(2), toMs: at(2, 20), state: 'failing' });
  record.addState({ fromMs: at(2), toMs: at(3), state: 'live' });
  assert.equal(record.runs(0), [
    { key: 'jazz', fromMs: at(0), toMs: at(0, 30) },
    { key: 'speech', fromMs: at(0, 30), toMs: at(0, 31) },
    { key: 'blues', fromMs: at(0, 31), toMs: at(1) },
  ]);
  assert.equal(record.runs(2), [{ key: 'down', fromMs: at(2), toMs: at(2, 20) }]);
  assert.equal(record.runs(3), []);
  assert.equal([record.titleOf(0), record.titleOf(1), record.titleOf(2), record.titles], ['One', 'Two', undefined, 2]);
});

test('titles beyond the limit are not counted, those before go on', () => {
  const record = new DayRecord(day, 2);
  for (const [minute, title] of ['One', 'Two', 'Three', 'Three', 'One'].entries()) record.addHeard(music(at(0, minute), at(0, minute + 1), 'jazz', title));
  assert.equal([record.titles, record.titleOf(0)], [2, 'One']);
});

test('silences are joined across titles and rests are none; the longest stretch forgives a minute', () => {
  const record = new DayRecord(day);
  const silence = (fromMs: number, toMs: number) => ({ fromMs, toMs, state: 'silence' as const, genre: null, nowPlaying: null });
  record.addHeard(silence(at(1), at(1) + 9_000));
  record.addHeard(silence(at(2), at(2) + 6_000));
  record.addHeard(silence(at(2) + 6_000, at(2) + 15_000));
  record.addHeard(silence(at(3), at(3) + 40_000));
  assert.equal(record.silences, { count: 2, totalMs: 55_000, longest: { fromMs: at(3), toMs: at(3) + 40_000 } });
  record.addHeard(music(at(4), at(4, 20), 'jazz'));
  record.addHeard(music(at(4, 21), at(4, 40), 'jazz'));
  record.addHeard(music(at(4, 42), at(5), 'jazz'));
  assert.equal(record.longest, { key: 'jazz', fromMs: at(4), toMs: at(4, 40) });
});

test('the picture says what was heard, in words as well as in colours', () => {
  const record = new DayRecord(day);
  record.addHeard(music(at(0), at(0, 45), 'jazz', 'Night <Train> & "Co"'));
  record.addHeard(music(at(0, 45), at(1), 'blues'));
  const svg = poster(record, facts(), 'light');
  const words = [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);
  for (const expected of ['Blue Hour FM', 'Sunday, 29 November 2026', 'Europe/Berlin, UTC+1', 'Mainly jazz, 75 %; then blues 25 %.', 'Jazz', 'Hip hop', 'No signal', '23', '0.8 bits', 'Night &#60;Train&#62; &#38; &#34;Co&#34;']) assert.ok(words.includes(expected), `${expected} in ${words.join(' | ')}`);
  assert.ok(words.some((line) => line.includes('blues, hip hop, jazz')));
  // Strict pages show no styles.
  assert.not.match(svg, /style|<script|href/);
  assert.not.equal(poster(record, facts(), 'dark'), svg);
});

test('without titles the hours take their room; one genre alone is called so; a long name is small before it is cut', () => {
  const widest = (title: string | null): number => {
    const record = new DayRecord(day);
    record.addHeard(music(at(0), at(1), 'jazz', title));
    const svg = poster(record, facts(), 'light');
    return Math.max(...[...svg.matchAll(/<rect x="104" y="424" width="([\d.]+)"/g)].map(([, width]) => Number(width)));
  };
  assert.equal([widest('One'), widest(null)], [560, 832]);
  const station = 'Orchestra of the Valley – Evening Programme';
  const svg = poster(new DayRecord(day), facts({ station, profile: profileOf([{ shares: { jazz: 60 * 60_000 } }]) }), 'light');
  assert.match(svg, '>one genre only<');
  assert.match(svg, `>${station}</text>`);
});

test('a day without anything is a picture, too', () => {
  const svg = poster(new DayRecord(day), facts({ profile: profileOf([]), downMs: 0, nowMs: at(3) }), 'light');
  assert.match(svg, 'Nothing was heard.');
  assert.match(svg, 'The day was not over when this was drawn, at 03:00.');
  assert.not.match(svg, /NaN|undefined|Infinity/);
});

test('whatever names and titles hold, the picture is well formed and its lines fit', () => {
  // Any code point, halves of pairs too.
  const anyText = fc.array(fc.integer({ min: 0, max: 0x10ffff }), { minLength: 1, maxLength: 60 }).map((codes) => String.fromCodePoint(...codes));
  fc.assert(fc.property(anyText, anyText, (station, title) => {
    const record = new DayRecord(day);
    record.addHeard(music(at(0), at(24), 'jazz', title));
    const svg = poster(record, facts({ station }), 'light');
    assert.not.match(svg, /[\u0000-\u0009\u000b-\u001f\u202a-\u202e\ufffe\uffff]/u);
    // Every tag that is opened is closed, and no text has a bare sign.
    const open: string[] = [];
    for (const [, close, name, empty] of svg.matchAll(/<(\/?)(\w+)[^<>]*?(\/?)>/g)) {
      if (close) assert.is(open.pop(), name);
      else if (!empty) open.push(name!);
    }
    assert.equal(open, []);
    assert.not.match(svg, /&(?!#\d+;)/);
    assert.ok(widthOf(cutTo(title, 200, 10)) * 10 <= 200.01 || [...cutTo(title, 200, 10)].length <= 2);
  }), { numRuns: 20 });
  assert.is(escaped('a\u0000b\u202ec'), 'a b c');
});

test.run();
