import * as assert from 'uvu/assert';
import { suite } from 'uvu';
import { joinAnswers, stretchesOf } from '../../../server/library/stretches.js';
import { lengthHint } from '../../../server/library/length-hint.js';
import { examineFile } from '../../../server/sources/file.js';
import { Recordings } from '../sources/recordings.js';
import { judged } from './judged.js';

const test = suite('library: stretches');

test('three stretches around the quarters, and none of a short file or one of unknown length', () => {
  assert.equal(stretchesOf(240_000), [55_000, 115_000, 175_000].map((fromMs) => ({ fromMs, lengthMs: 10_000 })));
  assert.is(stretchesOf(59_999), undefined);
  assert.is(stretchesOf(undefined), undefined);
});

test('the joined answer is the softmax of the mean log probabilities, weighted by time of music', () => {
  const top = (jazz: number): { top: { genre: string; p: number }[] } => ({ top: [{ genre: 'jazz', p: jazz }, { genre: 'rock', p: 1 - jazz }] });
  const stretches = stretchesOf(240_000)!;
  const answers = [judged('jazz', top(0.9)), judged('jazz', top(0.8)), judged(null, { top: [] })];
  const { genre, p, durationMs, segments } = joinAnswers(answers, stretches, 240_000, 0);
  const [jazz, rock] = [Math.sqrt(0.9 * 0.8), Math.sqrt(0.1 * 0.2)];
  assert.is(genre, 'jazz');
  assert.ok(Math.abs(p - jazz / (jazz + rock)) < 1e-4);
  assert.is(durationMs, 240_000);
  assert.equal(segments.map(({ fromMs }) => fromMs), stretches.map(({ fromMs }) => fromMs));
  assert.is(joinAnswers(answers, stretches, 240_000, 0.99).genre, null);
});

test('where most of the music is of none of the labels, the joined answer has no genre but still a ranking', () => {
  const stretches = stretchesOf(240_000)!;
  const top = [{ genre: 'jazz', p: 0.6 }, { genre: 'rock', p: 0.4 }];
  const none = judged(null, { top, segments: [{ fromMs: 0, toMs: 10_000, genre: null, p: 0, state: 'unknown' }] });
  const jazz = judged('jazz', { top, segments: [{ fromMs: 0, toMs: 10_000, genre: 'jazz', p: 0.6, state: 'music' }] });
  const joined = (...answers: (typeof none)[]): (string | null)[] => {
    const { genre, top: all } = joinAnswers(answers, stretches, 240_000, 0, true);
    return [genre, all[0]!.genre];
  };
  assert.equal(joined(none, jazz, none), [null, 'jazz']);
  assert.equal(joined(none, jazz, jazz), ['jazz', 'jazz']);
  assert.is(joinAnswers([none, jazz, none], stretches, 240_000, 0).genre, 'jazz', 'a model without that answer');
});

test('tags and mood are means over the stretches with music; a tag of one stretch alone is not of the whole', () => {
  const stretches = stretchesOf(240_000)!;
  const answers = [judged('jazz', { tags: [['piano', 0.9], ['ska', 0.6]], mood: { lively: 0.2 } }), judged('jazz', { tags: [['piano', 0.7], ['60s', 0.8]], mood: { lively: 0.4 } }), judged(null, { tags: [] })];
  const { tags, mood } = joinAnswers(answers, stretches, 240_000, 0);
  assert.equal([tags, mood], [[['piano', 0.8], ['60s', 0.4]], { lively: 0.3 }]);
  assert.equal(Object.keys(joinAnswers([judged('jazz')], stretches, 240_000, 0)).filter((key) => key === 'tags' || key === 'mood'), [], 'a model without tags');
});

test('an error counts where all stretches have one', () => {
  const stretches = stretchesOf(240_000)!;
  const silent = judged(null, { error: 'is silent', top: [], segments: [] });
  assert.is(joinAnswers([silent, silent, silent], stretches, 240_000, 0).error, 'is silent');
  assert.is(joinAnswers([silent, judged('jazz'), silent], stretches, 240_000, 0).error, undefined);
});

test('the length is known without decoding: CBR, VBR, MPEG-2, FLAC, WAV, M4A and Ogg', async () => {
  const recordings = new Recordings();
  try {
    const music = recordings.wav('music.wav', 25);
    const files = [music, ...recordings.encodeAll(music, [['a.flac', []], ['cbr.mp3', ['-b:a', '96k', '-write_xing', '0']], ['vbr.mp3', ['-q:a', '5', '-ar', '44100', '-ac', '2']], ['c.m4a', []], ['d.ogg', ['-c:a', 'libvorbis', '-ar', '44100']], ['e.opus', ['-c:a', 'libopus']]])];
    for (const path of files) {
      const { also } = await examineFile(path, lengthHint);
      assert.ok(also !== undefined && Math.abs(also - 25_000) < 200, `${path}: ${also}`);
    }
    for (const [name, bytes] of [['text.mp3', 'no sound at all, but long enough to be looked into: '.repeat(4)], ['cut.ogg', 'OggS\x10\x01vorbis']] as const) {
      const { also } = await examineFile(recordings.write(name, Buffer.from(bytes)), lengthHint);
      assert.is(also, undefined, name);
    }
  } finally {
    recordings.remove();
  }
});

test.run();
