/** Texts of the dashboard: labels, numbers, announcements, error messages. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Announcements } from '../../../client/dashboard/model/announcements.js';
import { clockTime, decibels, delay, duration, labelName, percent } from '../../../client/dashboard/model/format.js';
import { trialText } from '../../../client/dashboard/model/trial-words.js';
import { moodWords, SHOWN_TAGS, tagWords } from '../../../client/dashboard/model/tag-words.js';
import { microphoneErrorText } from '../../../client/dashboard/sources/source-errors.js';

test('labels of any model have a display name', () => {
  assert.is(labelName('rock'), 'Rock');
  assert.is(labelName('hiphop'), 'Hip hop');
  assert.is(labelName('drum_and_bass'), 'Drum and bass');
  assert.is(labelName('ÉTUDE'), 'ÉTUDE');
  assert.is(labelName(''), '');
});

test('only 1 is 100 percent', () => {
  assert.is(percent(0.999), '99');
  assert.is(percent(1), '100');
  assert.is(percent(0.004), '0');
});

test('formats times, durations and levels', () => {
  assert.equal([0, 59_999, 61_000, 3_725_000].map(clockTime), ['0:00', '0:59', '1:01', '1:02:05']);
  assert.equal([8200, 60_000, 125_000].map(duration), ['8 s', '1 min', '2 min 5 s']);
  assert.equal([42.4, 1234].map(delay), ['42 ms', '1.2 s']);
  assert.equal([-12.345, -120, 0].map(decibels), ['−12.3', '−∞', '0.0']);
});

test('tags are words after "also", a few of them', () => {
  assert.is(tagWords({ tags: [['electronic', 0.9], ['calm', 0.6]] }), 'also: electronic, calm');
  assert.is(tagWords({ tags: Array.from({ length: 20 }, (_, index): [string, number] => [`t${index}`, 0.9]) }).split(',').length, SHOWN_TAGS);
  assert.equal([tagWords({ tags: [] }), tagWords({})], ['', '']);
  assert.equal([moodWords({ lively: 0.2, happy: 0.7 }), moodWords({ lively: 0.9 }), moodWords({ lively: 0.45, happy: 0.55 })], ['calm, happy', 'lively', 'as usual']);
});

test('what a trial of a station heard', () => {
  const format = { codec: 'mp3', bitrateKbps: 128, sampleRate: 44_100, channels: 2, contentType: 'audio/mpeg' };
  const trial = { alive: true, reason: null, format, title: 'Artist - Title', heard: 'music', genre: 'jazz', p: 0.641, level: -14.25, durationMs: 7000 } as const;
  assert.is(trialText(trial), 'It plays. mp3, 128 kbit/s, 44.1 kHz, stereo. −14.3 dBFS. Jazz, 64 % sure. Title: Artist - Title.');
  assert.is(trialText({ ...trial, heard: 'speech', genre: null, p: 0, title: null }), 'It plays. mp3, 128 kbit/s, 44.1 kHz, stereo. −14.3 dBFS. Speech.');
  assert.is(trialText({ ...trial, alive: false, reason: 'No sound came within 10 s.', format: null, title: null, heard: null, genre: null, p: 0, level: null }), 'It does not play. No sound came within 10 s.');
});

test('each microphone error has a message that says what to do', () => {
  assert.match(microphoneErrorText('insecure'), /https.*localhost/);
  assert.match(microphoneErrorText('NotAllowedError'), /Allow it/);
  assert.match(microphoneErrorText('NotFoundError'), /Connect one/);
  assert.match(microphoneErrorText('NotReadableError'), /Close that program/);
  assert.match(microphoneErrorText('OddError'), /OddError.*drop a file/);
});

test('a change of genre is announced once, and rate-limited', () => {
  const announcements = new Announcements();
  const rock = { state: 'music', genre: 'rock', p: 0.84, top: [['rock', 0.84]] } as const;
  const jazz = { ...rock, genre: 'jazz' } as const;
  assert.is(announcements.push({ state: 'warming', genre: null, p: 0, top: [['rock', 0.4]] }, 0), undefined);
  assert.is(announcements.push(rock, 400), 'Rock, 84 percent sure.');
  assert.is(announcements.push(rock, 60_000), undefined);
  assert.is(announcements.push(jazz, 60_400), 'Jazz, 84 percent sure.');
  assert.is(announcements.push(rock, 61_000), undefined);
  assert.is(announcements.push(rock, 66_500), 'Rock, 84 percent sure.');
  assert.is(announcements.push({ state: 'silence', genre: null, p: 0, top: [] }, 80_000), 'Silence.');
  assert.is(announcements.push({ state: 'speech', genre: null, p: 0, top: [] }, 90_000), 'Speech.');
  assert.is(announcements.push({ state: 'unknown', genre: null, p: 0, top: [] }, 100_000), 'Not music.');
  assert.is(announcements.push({ state: 'unknown', genre: null, p: 0, top: [['rock', 0.2]] }, 110_000), 'Music of an unknown genre.');
});

test.run();
