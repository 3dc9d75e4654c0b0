import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { likeness, mostHeard, profileOf, shareOf, usualAt, weekOf, Zone, type HourShares } from '../../../server/tune/profile.js';

const UTC = new Zone('UTC');
/** Monday, 2026-11-23, 00:00 UTC, in hours since 1970. */
const MONDAY = Date.UTC(2026, 10, 23) / 3_600_000;
const HOUR_MS = 3_600_000;
const row = (hour: number, shares: Record<string, number>): HourShares => ({ hour: MONDAY + hour, shares });

test('shares are of the time heard, and time without sound is none of it', () => {
  const profile = profileOf([row(0, { jazz: 30_000, speech: 10_000, down: 500_000 }), row(1, { jazz: 15_000, blues: 45_000 })]);
  assert.equal(profile, { heardS: 100, speech: 0.1, silence: 0, unknown: 0, genres: { jazz: 0.45, blues: 0.45 }, entropy: 1 });
  assert.is(shareOf(profile, ['jazz', 'blues', 'rock']), 0.9);
  assert.is(profileOf([row(0, { jazz: 5 })]).entropy, 0);
  assert.equal(profileOf([]), { heardS: 0, speech: 0, silence: 0, unknown: 0, genres: {}, entropy: 0 });
});

test('hours are those of the time zone, whatever the season', () => {
  const berlin = new Zone('Europe/Berlin');
  assert.equal(UTC.at(MONDAY), { weekday: 0, hour: 0 });
  assert.equal(berlin.at(MONDAY - 1), { weekday: 0, hour: 0 });
  assert.equal(berlin.at(Date.UTC(2026, 6, 5, 22) / HOUR_MS), { weekday: 0, hour: 0 });
  // The middle of this hour is at 00:00 there.
  assert.equal(new Zone('Asia/Kolkata').at(MONDAY - 6), { weekday: 0, hour: 0 });
  assert.throws(() => new Zone('Nowhere'), RangeError);
});

test('a week has a profile for each hour that was heard long enough', () => {
  const week = weekOf([row(25, { rock: HOUR_MS }), row(25 + 168, { jazz: HOUR_MS }), row(26, { rock: 60_000 })], UTC);
  assert.equal(week.map((day) => day.length), [24, 24, 24, 24, 24, 24, 24]);
  assert.equal(week[1]![1]!.genres, { rock: 0.5, jazz: 0.5 });
  assert.is(week[1]![2], undefined);
});

test('what is usual at an hour is that of all days, and most of the same weekday', () => {
  const hours = [row(9, { jazz: HOUR_MS }), row(33, { rock: HOUR_MS }), row(57, { rock: HOUR_MS }), row(10, { pop: HOUR_MS })];
  assert.equal(mostHeard(usualAt(hours, { weekday: 0, hour: 9 }, UTC)!), { genre: 'jazz', share: 0.6 });
  assert.equal(mostHeard(usualAt(hours, { weekday: 6, hour: 9 }, UTC)!)!.genre, 'rock');
  assert.is(usualAt(hours, { weekday: 0, hour: 11 }, UTC), undefined);
});

test('stations are alike as far as their shares are', () => {
  const of = (shares: Record<string, number>) => profileOf([row(0, shares)]);
  assert.is(likeness(of({ jazz: 5, speech: 5 }), of({ jazz: 50, speech: 50, down: 7 })), 1);
  assert.is(likeness(of({ jazz: 5 }), of({ rock: 5 })), 0);
  const near = likeness(of({ jazz: 6, rock: 4 }), of({ jazz: 5, rock: 5 }));
  const far = likeness(of({ jazz: 6, rock: 4 }), of({ jazz: 1, speech: 9 }));
  assert.ok(near > far && near < 1 && far > 0, `${near} ${far}`);
});

test.run();
