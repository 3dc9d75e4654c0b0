import { chmodSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Decoder, sourceOf } from '../../../../server/sources/station/decoder.js';
import { Recordings } from '../recordings.js';

test('FFmpeg\'s line on a stream tells codec, rate, channels and bit rate, as far as they are there', () => {
  for (const [line, source] of [
    ['  Stream #0:0: Audio: mp3, 44100 Hz, stereo, fltp, 128 kb/s', { codec: 'mp3', bitrateKbps: 128, sampleRate: 44100, channels: 2 }],
    ['  Stream #0:0: Audio: opus, 48000 Hz, mono, fltp', { codec: 'opus', sampleRate: 48000, channels: 1 }],
    ['  Stream #0:0[0x100]: Audio: aac (LC) ([15][0][0][0] / 0x000F), 44100 Hz, stereo, fltp, 98 kb/s', { codec: 'aac', bitrateKbps: 98, sampleRate: 44100, channels: 2 }],
    ['  Stream #0:1[0x1](und): Audio: aac (HE-AACv2) (mp4a / 0x6134706D), 44100 Hz, 5.1(side), fltp, 96 kb/s (default)', { codec: 'aac', bitrateKbps: 96, sampleRate: 44100, channels: 6 }],
    ['  Stream #0:0: Audio: flac, 96000 Hz, 7 channels, s32 (24 bit)', { codec: 'flac', sampleRate: 96000, channels: 7 }],
  ] as const) {
    assert.equal(sourceOf(line), source);
  }
  assert.is(sourceOf('  Stream #0:1: Video: h264, yuv420p, 64x64'), undefined);
  assert.is(sourceOf('  Stream #0:0 -> #0:0 (mp3 (mp3float) -> pcm_s16le (native))'), undefined);
});

test('of error lines the last five are kept, each up to 300 characters', async () => {
  const recordings = new Recordings();
  const before = process.env.FFMPEG_PATH;
  try {
    const program = process.env.FFMPEG_PATH = recordings.write('failing', Buffer.from(`#!/bin/sh\nfor n in 1 2 3 4 5 6; do echo "[error] $n ${'x'.repeat(400)}" >&2; done\nexit 1\n`));
    chmodSync(program, 0o755);
    const told: string[] = [];
    const decoder = new Decoder({}, { source() {}, error: (line) => told.push(line) });
    decoder.output.resume();
    const { lines, exitCode } = await decoder.end;
    assert.equal([exitCode, lines], [1, [2, 3, 4, 5, 6].map((n) => `${n} ${'x'.repeat(298)}`)]);
    assert.is(told.length, 6);
  } finally {
    if (before === undefined) delete process.env.FFMPEG_PATH;
    else process.env.FFMPEG_PATH = before;
    recordings.remove();
  }
});

test.run();
