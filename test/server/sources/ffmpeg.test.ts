import * as assert from 'uvu/assert';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import { findFfmpeg } from '../../../server/sources/ffmpeg.js';
import { Recordings } from './recordings.js';

const test = suite('finding FFmpeg');
let recordings: Recordings;
let system: string;
let own: string;

test.before(() => {
  recordings = new Recordings();
  mkdirSync(join(recordings.folder, 'bin'));
  system = recordings.write('bin/ffmpeg', Buffer.from('#!/bin/sh\n'));
  own = recordings.write('my-ffmpeg', Buffer.from('#!/bin/sh\n'));
  for (const path of [system, own]) chmodSync(path, 0o755);
});
test.after(() => recordings.remove());

test('FFMPEG_PATH comes first, then the system\'s, without a warning', () => {
  const lines: string[] = [];
  const PATH = `/nonexistent:${join(recordings.folder, 'bin')}`;
  assert.is(findFfmpeg({ FFMPEG_PATH: own, PATH }, (line) => lines.push(line)), own);
  assert.is(findFfmpeg({ PATH }, (line) => lines.push(line)), system);
  assert.equal(lines, []);
});

test('an invalid FFMPEG_PATH is an error, without a fallback', () => {
  assert.throws(() => findFfmpeg({ FFMPEG_PATH: '/nowhere/ffmpeg', PATH: join(recordings.folder, 'bin') }), /\/nowhere\/ffmpeg/);
});

test('the package of 2018 is the last choice, with a warning; without it the error says what to install', () => {
  const lines: string[] = [];
  try {
    assert.match(findFfmpeg({ PATH: '' }, (line) => lines.push(line)), /ffmpeg-installer/);
    assert.is(lines.length, 1);
    assert.match(lines[0]!, /2018/);
  } catch (error) {
    // It is optional: on a system where npm left it out, the other half of the sentence holds.
    assert.match((error as Error).message, /install it/);
  }
});

test.run();
