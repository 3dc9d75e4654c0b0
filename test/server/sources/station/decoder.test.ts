import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sourceOf } from '../../../../server/sources/station/decoder.js';

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

test.run();
