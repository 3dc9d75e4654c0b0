/**
 * Every limit has a test that crosses it: constants that are named as limits, and settings. A new one must be added here
 * with its test, or with the reason why it is none.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SETTINGS } from '../server/settings.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const HOUSES = ['server', 'dsp', 'client/sdk'] as const;
const LIMIT = /^(?:export )?const ((?:MAX|MOST|LONGEST|LARGEST)_\w+|\w+_(?:MAX|MOST)(?:_\w+)?)\b/gm;

/** By folder and file: the constant, and a test of `test/` with a part of its name. */
const TESTED: Readonly<Record<string, readonly [file: string, name: string]>> = {
  'server/access/new-token.ts MAX_BOUND': ['server/access/api-tokens', 'the command refuses what it can'],
  'server/access/signing-keys.ts LOOK_AT_MOST_EVERY_MS': ['server/access/access', 'with keys that all nodes share'],
  'server/access/signed-tokens.ts MAX_SECONDS': ['server/access/access', 'ends after 10 minutes at most'],
  'server/alerts/home-assistant.ts MAX_STATE_CHARS': ['server/alerts/home-assistant', 'a station is a device with its sensors'],
  'server/alerts/mqtt.ts MAX_WAITING': ['server/alerts/mqtt', 'after the reconnect it gets all states and the queued events'],
  'server/alerts/outbox.ts MAX_WAITING': ['server/alerts/outbox', 'beyond the limit the oldest deliveries are given up'],
  'server/alerts/rules/sustained-condition.ts MAX_BRIDGED_SHARE': ['server/alerts/rules/sustained-condition', 'up to a fifth of the time'],
  'server/alerts/webhooks.ts MAX_CONCURRENT': ['server/alerts/webhooks', 'no more requests run at once than the limit'],
  'server/alerts/webhooks.ts RETRY_AFTER_MAX_MS': ['server/alerts/webhooks', 'Retry-After is respected'],
  'server/alerts/webhooks.ts RETRY_MAX_MS': ['server/alerts/webhooks', 'the longest wait is an hour'],
  'server/health/readings.ts MAX_READINGS': ['server/health/health', 'the last ten minutes are kept'],
  'server/http/client-limits.ts MAX_CLIENTS': ['server/http/client-limits', 'no more clients are remembered than the map may have'],
  'server/http/front-door.ts MAX_LOGGED': ['server/http/front-door', 'names beyond the limit are refused without a line'],
  'server/http/http.ts MAX_BODY_BYTES': ['server/http/rest/stations', 'invalid input is rejected with a sentence per field'],
  'server/http/multipart.ts MAX_BOUNDARY_CHARS': ['server/http/multipart', 'a boundary is quoted or bare'],
  'server/http/multipart.ts MAX_HEADER_BYTES': ['server/http/multipart', 'endless headers are refused'],
  'server/http/request-time.ts MAX_REQUEST_MS': ['server/http/request-time', 'a request that does not end in time is cut off'],
  'server/http/rest/history.ts MAX_BUCKETS': ['server/http/rest/history', 'an invalid time is rejected'],
  'server/http/rest/history.ts MAX_ROWS': ['server/http/rest/history', 'too many rows for a chart are rejected'],
  'server/http/rest/shares.ts MAX_CHART_BUCKETS': ['server/http/rest/history', 'buckets are long enough for a chart'],
  'server/http/rest/similar.ts MAX_COUNT': ['server/http/rest/tracks', 'can not be asked, is refused'],
  'server/http/rest/tracks.ts MAX_LIMIT': ['server/http/rest/tracks', 'can not be asked, is refused'],
  'server/network/guard/guard.ts MAX_TOLD': ['server/network/guard/guard', 'refused hosts beyond the limit'],
  'server/pipe/float-check.ts MAX_CLIPPED': ['server/pipe/float-check', 'what turns wrong in mid-stream is refused'],
  'server/pipe/opus.ts MAX_BAD_AT_START': ['server/pipe/opus', 'a stream whose first ten packets are bad is refused'],
  'server/pipe/opus.ts MAX_PACKET_BYTES': ['server/pipe/opus', 'a bad packet among good ones is concealed'],
  'server/protocol/client-messages.ts MAX_TAGS': ['server/protocol/messages', 'errors say what is expected'],
  'server/shards/shard.ts MAX_CONSUMED_UNSCORED_BLOCKS': ['server/server', 'while nothing is scored, reading pauses'],
  'server/sources/confined.ts MAX_MEMORY_BYTES': ['server/sources/ffmpeg', 'it runs with limits of memory'],
  'server/sources/ffmpeg.ts MAX_SILENT_CPU_MS': ['server/sources/ffmpeg', 'a program that only computes is ended'],
  'server/sources/ffmpeg.ts MAX_START_CPU_MS': ['server/sources/ffmpeg', 'a program that only computes is ended'],
  'server/sources/piped-audio.ts MAX_STORED_BYTES': ['server/sources/piped-audio', 'is stored and then read, up to a limit'],
  'server/sources/plain-wav.ts MAX_RATE': ['server/sources/plain-wav', 'other samples and rates'],
  'server/sources/station/byte-range.ts MAX_SKIPPED_BYTES': ['server/sources/station/byte-range', 'more bytes before the range than the limit'],
  'server/sources/station/content-encoding.ts MAX_CODINGS': ['server/sources/station/content-encoding', 'unknown compression'],
  'server/sources/station/cookies.ts MAX_COOKIES': ['server/sources/station/cookies', 'there are at most 50, of 4,096 characters'],
  'server/sources/station/cookies.ts MAX_COOKIE_CHARS': ['server/sources/station/cookies', 'there are at most 50, of 4,096 characters'],
  'server/sources/station/decoder.ts MAX_LINES': ['server/stations/reconnecting-source', 'last error lines'],
  'server/sources/station/fetch.ts MAX_REDIRECTS': ['server/sources/station/source-connection', 'redirects are followed, but not for ever, and not to other places than the web'],
  'server/sources/station/hls.ts MAX_FAILURES_IN_A_ROW': ['server/sources/station/hls', 'is tried again, three times'],
  'server/sources/station/hls.ts MAX_LISTS': ['server/sources/station/hls', 'lists of lists, and what is too long, are refused'],
  'server/sources/station/hls.ts MAX_MAP_BYTES': ['server/sources/station/hls', 'lists of lists, and what is too long, are refused'],
  'server/sources/station/hls.ts MAX_PLAYLIST_BYTES': ['server/sources/station/hls', 'lists of lists, and what is too long, are refused'],
  'server/sources/station/http-head.ts MAX_HEAD_BYTES': ['server/sources/station/source-connection', 'a head that is too long'],
  'server/sources/station/joined-input.ts MOST_BYTES': ['server/sources/station/joined-input', 'much at once is not held back'],
  'server/sources/station/playlist.ts MAX_ENTRIES': ['server/sources/station/playlist', 'and not without end'],
  'server/sources/station/playlist.ts MAX_LINES': ['server/sources/station/playlist', 'and not without end'],
  'server/sources/station/source-connection.ts MAX_PLAYLIST_DEPTH': ['server/sources/station/source-connection', 'playlists that lead nowhere are told, and asked only so often'],
  'server/sources/station/source-connection.ts MAX_TRIES': ['server/sources/station/source-connection', 'playlists that lead nowhere are told, and asked only so often'],
  'server/sources/station/title.ts MAX_TITLE_CHARS': ['server/sources/station/title', 'of at most 500 characters'],
  'server/sources/wav.ts MAX_HEADER_BYTES': ['server/sources/wav', 'a header without an end is refused'],
  'server/stations/audio-listeners.ts MAX_BUFFERED_MS': ['server/stations/audio-listeners', 'chunks are dropped for a listener that does not read'],
  'server/stations/history.ts LONGEST_WAIT_MS': ['server/stations/history', 'at least once a minute'],
  'server/stations/history.ts MAX_WAITING_ROWS': ['server/stations/history', 'rows waiting for the store are limited'],
  'server/stations/id-of-name.ts MAX_CHARS': ['server/stations/id-of-name', 'any name gives an id that is allowed'],
  'server/stations/recent-sound.ts MOST_BYTES': ['server/stations/recent-sound', 'the newest sound is kept up to the limit'],
  'server/stations/stations.ts MAX_STATIONS': ['server/stations/stations', 'stations and trials beyond the limit are refused'],
  'server/stations/stations.ts MAX_TRIALS': ['server/stations/stations', 'stations and trials beyond the limit are refused'],
  'server/store/retention.ts LONGEST_EVERY_MS': ['server/store/retention', 'and then every hour'],
  'dsp/pcm/pcm-decoder.ts MAX_CHANNELS': ['dsp/pcm/pcm-decoder', 'formats that are none are refused'],
  'client/sdk/samples.ts MAX_CHUNK_BYTES': ['client/sdk/samples', 'in whole frames, of at most 64 KiB'],
  'server/relay/icy-writer.ts MOST_BYTES': ['server/relay/icy-writer', 'a long one is cut'],
  'server/sources/extent/asf.ts MAX_OBJECTS': ['server/sources/extent/extent-of', 'cost a bounded number of reads'],
  'server/sources/extent/chunks.ts MAX_CHUNKS': ['server/sources/extent/extent-of', 'cost a bounded number of reads'],
  'server/sources/extent/matroska.ts MAX_ELEMENTS': ['server/sources/extent/extent-of', 'cost a bounded number of reads'],
  'server/sources/extent/matroska.ts MAX_TRACKS_BYTES': ['server/sources/extent/extent-of', 'cost a bounded number of reads'],
  'server/sources/extent/mp4.ts MAX_BOXES': ['server/sources/extent/extent-of', 'cost a bounded number of reads'],
  'server/sources/extent/mp4.ts MAX_INDEX_BYTES': ['server/sources/extent/extent-of', 'cost a bounded number of reads'],
  'server/sources/extent/ogg.ts MAX_STREAMS': ['server/sources/extent/extent-of', 'cost a bounded number of reads'],
  'server/sources/wav.ts MAX_HEADER_CHUNKS': ['server/sources/wav', 'a header without an end is refused'],
  'server/stations/listed-stations.ts MAX_NAME_CHARS': ['server/stations/listed-stations', 'a long name is cut'],
  'server/library/map/layout.ts MAX_CHANGED': ['server/library/map/layout', 'much that is new, or another embedding, lays out all'],
  'server/drawing/day-record.ts MOST_TITLES': ['server/drawing/poster', 'titles beyond the limit'],
  'server/http/allowance.ts MAX_WAIT_MS': ['server/http/allowance', 'nobody is told to wait longer than a minute'],
  'server/files/sent-files.ts MAX_NAME_CHARS': ['server/http/rest/classify', 'a long name is cut'],
  'server/http/rest/alerts.ts MAX_ALERTS': ['server/http/rest/alerts', 'a thousand alerts at most'],
  'server/http/subsonic/subsonic.ts MAX_COUNT': ['server/http/subsonic/subsonic', 'no answer has more than 500 tracks'],
  'server/relay/encoder.ts MOST_WAITING_BYTES': ['server/relay/encoder', 'sound is left out'],
  'server/relay/tuned-listeners.ts MAX_BUFFERED_MS': ['server/relay/encoder', 'a player that does not read is disconnected'],
  'server/sources/ffmpeg.ts MAX_LINE_CHARS': ['server/sources/ffmpeg', 'of a line without an end'],
  'server/sources/file.ts MAX_ERRORS': ['server/sources/file', 'the first twenty'],
  'server/sources/needs-whole-file.ts MAX_START_BOXES': ['server/sources/needs-whole-file', 'so often and so far'],
  'server/sources/needs-whole-file.ts MAX_START_BYTES': ['server/sources/needs-whole-file', 'so often and so far'],
  'server/sources/station/decoder.ts MAX_LINE_CHARS': ['server/sources/station/decoder', 'each up to 300 characters'],
  'server/sources/station/ogg-titles.ts MAX_PACKET_BYTES': ['server/sources/station/ogg-titles', 'comments with a large picture'],
  'server/sources/unsized-sound.ts MAX_HEADER_BYTES': ['server/sources/unsized-sound', 'a header of more than a megabyte'],
  'server/stations/audio-listeners.ts MAX_RELAYED_BYTES': ['server/stations/audio-listeners', 'no more than half a megabyte'],
  'server/cluster/bus.ts MAX_BUS_BYTES': ['server/cluster/bus', 'a message beyond the limit'],
  'server/cluster/remote-streams.ts MAX_ASKED': ['server/cluster/remote-streams', 'no more than a thousand streams'],
  'server/cluster/remote-streams.ts MAX_UNANSWERED': ['server/cluster/remote-streams', 'viewers stay when the node of a stream is gone'],
  'server/protocol/client-messages.ts MAX_STREAM_MS': ['server/protocol/messages', 'errors say what is expected'],
  'server/stations/connect-in-turns.ts LONGEST_TURN_MS': ['server/stations/connect-in-turns', 'for the longest time only'],
};

/** Named as limits, but no bound on what others send or hold: why. */
const NO_LIMITS: Readonly<Record<string, string>> = {
  'dsp/resample/interpolate.ts MAX_PHASES': 'how a filter is stored',
  'dsp/resample/resampler.ts MAX_CACHED_PLANS': 'a cache: what it forgets is made again',
  'dsp/resample/resampler.ts MAX_DELAY_S': 'a choice in the design of filters',
  'server/cli/classify.ts MAX_JOBS': 'the range of an option',
  'server/cli/features.ts MAX_JOBS': 'the range of an option',
  'server/cli/library.ts MAX_JOBS': 'the range of an option',
  'server/cli/send.ts MAX_CHANNELS': 'the range of an option',
  'server/cli/send.ts MAX_NAME': 'what the server takes',
  'server/health/health.ts MAX_FIELD_CHARS': 'what a page shows',
  'server/http/http.ts PREFLIGHT_MAX_AGE_S': 'a header',
  'server/inspect/heard-file.ts MAX_MINUTES': 'files of whoever runs the command',
  'server/inspect/look.ts MAX_LOOK_MS': 'files of whoever runs the command; of others the setting maxExplainSeconds',
  'server/inspect/page.ts MAX_ROWS': 'what a page shows',
  'server/inspect/pictures.ts MAX_WIDTH': 'what a page shows',
  'server/library/latest.ts MAX_SHARE': 'how often a file is read',
  'server/library/local-streams.ts MAX_UNSCORED_BLOCKS': 'how far own files are read ahead',
  'server/library/map/layout.ts MAX_LANDMARKS': 'a choice between cost and detail',
  'server/library/read-names.ts MAX_NAME': 'names in own files',
  'server/pipe/opus.ts MAX_SAMPLES': 'the format\'s: a buffer for the longest packet',
  'server/sources/extent/ogg.ts MAX_PAGE_BYTES': 'the format\'s',
  'server/sources/extent/raw-sound.ts MAX_CHANNELS': 'what is plausible in a header',
  'server/sources/extent/raw-sound.ts MAX_RATE': 'what is plausible in a header',
  'server/sources/file-names.ts MAX_SEQUENCE_BYTES': 'UTF-8\'s',
  'server/sources/joined-recordings.ts MAX_BYTES': 'how far a note is looked for',
  'server/sources/station/http-head.ts MAX_LENGTH_DIGITS': 'numbers\' own',
  'server/sources/station/title.ts MAX_UNREADABLE': 'what counts as text',
  'server/sources/unsized-sound.ts MAX_LAYOUT_BYTES': 'the format\'s',
  'server/sources/wav.ts MAX_FORMAT_BYTES': 'the format\'s',
  'server/stations/station-recorder.ts MAX_WARMING_MS': 'how warm-up is recorded',
  'server/tune/dial.ts MAX_STEP_MS': 'which time counts',
};

/** Commands that only read the files of who runs them. */
const isOwnFiles = (file: string): boolean => /^server\/(?:evaluation|data-packs|doctor)\//.test(file);

const found = HOUSES.flatMap((house) => readdirSync(join(ROOT, house), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !isOwnFiles(`${house}/${name}`))
  .flatMap((name) => [...readFileSync(join(ROOT, house, name), 'utf8').matchAll(LIMIT)].map(([, constant]) => `${house}/${name} ${constant}`)));

const textOf = (file: string): string => {
  const path = join(ROOT, 'test', `${file}.test.ts`);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
};

test('every constant that is named as a limit is in one of the lists, and none is in two', () => {
  assert.ok(found.length > 80);
  const listed = [...Object.keys(TESTED), ...Object.keys(NO_LIMITS)];
  assert.equal([...new Set(listed)].sort(), [...listed].sort());
  assert.equal(found.filter((each) => !listed.includes(each)), [], 'new: write a test that crosses it, and name that here');
  assert.equal(listed.filter((each) => !found.includes(each)), [], 'gone');
});

test('the tests that are named exist', () => {
  for (const [limit, [file, name]] of Object.entries(TESTED)) {
    const names = [...textOf(file).matchAll(/^ *(?:test|check\w*)\((['`])(.*?)\1,/gm)].map(([, , each]) => each!.replaceAll("\\'", "'"));
    assert.ok(name !== '' && names.some((each) => each.includes(name)), `${limit}: ${file} has no test "${name}"`);
  }
});

test('every setting that is a limit is set in a test, to a value of its own', () => {
  const limits = Object.keys(SETTINGS).filter((name) => /^max[A-Z]|Timeout|Window|Limit$/.test(name));
  assert.ok(limits.length > 20);
  const tests = readdirSync(join(ROOT, 'test/server'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.ts')).map((name) => readFileSync(join(ROOT, 'test/server', name), 'utf8')).join('\n');
  assert.equal(limits.filter((name) => !new RegExp(`\\b${name}(?:: [\\dA-Z]|\\s*[,}])`).test(tests)), []);
});

test.run();
