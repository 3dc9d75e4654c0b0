import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lateness, LOOK_EVERY_MS } from './lateness.js';

test('time that ran out is explained by a late timer shortly before, and nothing else is', () => {
  let nowMs = 1000;
  const { look, explains } = lateness(() => nowMs);
  const wait = (ms: number): void => {
    nowMs += ms;
    look();
  };
  const OF_TIME = 'a stream: closed with 1008 resume-unknown';
  for (let looks = 0; looks < 10; looks++) wait(LOOK_EVERY_MS + 400);
  assert.not.ok(explains(OF_TIME, 0), 'no timer was late by half a second');
  const begunMs = nowMs;
  wait(LOOK_EVERY_MS + 500);
  assert.ok(explains(OF_TIME, begunMs));
  assert.ok(explains(OF_TIME, nowMs + 5000));
  assert.not.ok(explains(OF_TIME, nowMs + 5001));
  for (const fault of ['requests: fetch failed (read ECONNRESET)', 'a token: not over after 60 s', 'a stream: GET /v1/streams/ID/watch: 404']) assert.ok(explains(fault, begunMs), fault);
  for (const fault of ['a stream: closed with 1011 internal', 'requests: GET /v1/model: 500', 'a viewer of stations: GET /v1/stations/watch: 404', 'requests: fetch failed (connect ECONNREFUSED)']) assert.not.ok(explains(fault, begunMs), fault);
});

test.run();
