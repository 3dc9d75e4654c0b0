/** FFmpeg as the check finds it: the real one under other names, and programs that are none. */
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkFfmpeg } from '../../../server/doctor/ffmpeg.js';
import { findFfmpeg } from '../../../server/sources/ffmpeg.js';

const NONE_KEPT = { stations: '' };
let folder: string;

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'livegenre-doctor-'));
});

test.after(() => rm(folder, { recursive: true }));

async function script(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return path;
}

test('the one on the PATH, with its version, codecs and formats', async () => {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await symlink(findFfmpeg(process.env, () => {}), join(bin, 'ffmpeg'));
  const finding = await checkFfmpeg({ stations: 'stations.json' }, { PATH: bin });
  assert.is(finding.mark, 'ok', finding.found);
  assert.match(finding.found, `${bin}/ffmpeg (the system's): mp3, aac, vorbis, opus, flac, pcm_s16le`);
  assert.is(finding.facts['origin'], 'system');
  assert.equal(finding.facts['missing'], []);
});

test('FFMPEG_PATH that leads nowhere', async () => {
  const finding = await checkFfmpeg(NONE_KEPT, { FFMPEG_PATH: '/nowhere/ffmpeg' });
  assert.is(finding.mark, 'problem');
  assert.is(finding.found, 'FFMPEG_PATH is "/nowhere/ffmpeg", which is not an executable file');
});

test('the packaged one is noted, and a problem where stations are to be decoded', async () => {
  const alone = await checkFfmpeg(NONE_KEPT, { PATH: folder });
  const withStations = await checkFfmpeg({ stations: 'stations.json' }, { PATH: folder });
  // Where the optional package is not installed there is none at all.
  const isThere = alone.facts['origin'] === 'package';
  assert.is(alone.mark, isThere ? 'note' : 'problem');
  assert.is(withStations.mark, 'problem');
  assert.match(withStations.found, isThere ? 'there are stations' : 'FFmpeg was not found');
});

test('a program that fails says why', async () => {
  const path = await script('fails', 'echo "error while loading shared libraries: libavcodec.so" >&2; exit 127');
  const finding = await checkFfmpeg(NONE_KEPT, { FFMPEG_PATH: path });
  assert.is(finding.mark, 'problem');
  assert.is(finding.found, `${path} can't be run: error while loading shared libraries: libavcodec.so`);
});

test('a program that is something else', async () => {
  const path = await script('other', 'echo I am no such thing');
  const finding = await checkFfmpeg(NONE_KEPT, { FFMPEG_PATH: path });
  assert.is(finding.mark, 'problem');
  assert.match(finding.found, 'does not say that it is FFmpeg');
});

test('an FFmpeg that was built without a codec and a format', async () => {
  const real = findFfmpeg(process.env, () => {});
  const path = await script('bare', `'${real}' "$@" | grep -v -w -e opus -e flac`);
  const finding = await checkFfmpeg(NONE_KEPT, { FFMPEG_PATH: path, PATH: process.env.PATH });
  assert.is(finding.mark, 'problem');
  assert.match(finding.found, /lacks opus, flac, flac$/);
});

test.run();
