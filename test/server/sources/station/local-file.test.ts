import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../../../support/until.js';
import { Recordings } from '../recordings.js';
import { gone, HAS_FFMPEG, Heard } from './radio.js';

const test = suite('files as stations');
let recordings: Recordings;
let home: string;

test.before(() => {
  recordings = new Recordings();
  home = join(recordings.folder, 'home');
  mkdirSync(home);
});
test.after.each(gone);
test.after(() => recordings.remove());

const address = (...path: readonly string[]): string => pathToFileURL(join(...path)).href;
const listen = (url: string, stationFiles = home): Heard => new Heard(url, { stationFiles });

test('only files below the folder may be stations, whatever links and dots say', async () => {
  recordings.write('outside.wav', Buffer.from('x'));
  recordings.write('home/empty.wav', new Uint8Array(0));
  mkdirSync(`${home}-too`);
  recordings.write('home-too/a.wav', Buffer.from('x'));
  symlinkSync(join(recordings.folder, 'outside.wav'), join(home, 'link.wav'));
  for (const [url, sentence, folder] of [
    [address(recordings.folder, 'outside.wav'), /^The file is outside the folder of --station-files\.$/, home],
    [`${pathToFileURL(home).href}/%2e%2e/outside.wav`, /outside the folder/, home],
    [address(home, 'link.wav'), /outside the folder/, home],
    [address(`${home}-too`, 'a.wav'), /outside the folder/, home],
    [address(home), /outside the folder/, home],
    [address(home, 'empty.wav'), /is empty \(0 bytes\)/, home],
    [address(home, 'missing.wav'), /^The file does not exist\.$/, home],
    [address('/dev/zero'), /neither a file nor a named pipe/, '/'],
    ['file://elsewhere/a.wav', /is not a local file/, home],
    [address(home, 'a.wav'), /^The folder of --station-files does not exist\.$/, '/nowhere'],
    [address(home, 'a.wav'), /without --station-files FOLDER/, ''],
  ] as const) {
    assert.match((await listen(url, folder).over())!.message, sentence, url);
  }
});

test('a file is played at the pace of real time, again from the start at its end', async () => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  recordings.encode(recordings.wav('one.wav', 1), 'home/one.m4a');
  const heard = listen(address(home, 'one.m4a'));
  await heard.hear(2.5);
  assert.ok(heard.of('source').length >= 2, 'not played again');
  assert.ok(heard.seconds < 3, `${heard.seconds} s at once`);
  assert.is(heard.of('paused').length, 1);
  assert.is(heard.isOver, false);
  heard.subscription.unsubscribe();
});

test('a file too short to be a station, and one that is none, are told', async () => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  recordings.write('home/short.wav', readFileSync(recordings.wav('s.wav', 1)).subarray(0, 20_000));
  assert.match((await listen(address(home, 'short.wav')).over())!.message, /less than 1 s of audio/);
  recordings.write('home/text.wav', Buffer.from('no sound at all\n'));
  const fault = await listen(address(home, 'text.wav')).over();
  assert.match(fault!.message, /finds no audio.*the input: Invalid data/);
  assert.not.match(JSON.stringify(fault!.decoder), /home/);
});

test('what is written into a named pipe is heard as it comes; nobody waits for the writer', async () => {
  if (!HAS_FFMPEG) return console.log('skipped: no ffmpeg on this system');
  const pipe = join(home, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const heard = listen(address(home, 'pipe'));
  await heard.until(() => heard.of('opened').length > 0);
  assert.is(heard.of('received').length, 0);
  const writer = createWriteStream(pipe);
  writer.write(readFileSync(recordings.wav('piped.wav', 2)));
  await heard.hear(1);
  writer.end();
  assert.is(await heard.over(), undefined);
  assert.ok(Math.abs(heard.seconds - 2) < 0.05, `${heard.seconds} s`);
});

test('a named pipe that nobody writes into can be left', async () => {
  const pipe = join(home, 'mute');
  execFileSync('mkfifo', [pipe]);
  // Standard input and output may be pipes too.
  const pipes = (): number => process.getActiveResourcesInfo().filter((name) => name === 'PipeWrap').length;
  const before = pipes();
  const heard = listen(address(home, 'mute'));
  await until(() => pipes() === before + 1);
  heard.subscription.unsubscribe();
  await until(() => pipes() === before);
});

test.run();
