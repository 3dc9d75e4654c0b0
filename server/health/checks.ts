/** Judges a running server: each finding with what to do about it. The page of the dashboard and `livegenre doctor --url` show what is found here. */
import { note, ok, problem, size, type Finding } from '../doctor/finding.js';
import type { HealthReading, LoggedLine } from '../protocol/health.js';
import type { StationState } from '../protocol/messages.js';
import type { Settings } from '../settings.js';
import type { HistoryStatus } from '../stations/history.js';

/** The newest readings that current values are means of: a minute. */
const NEWEST = 12;
const SLOW_MS = 500;
/** Share of a limit above which it is said. */
const NEARLY = 0.9;
const MANY_FAILED_FFMPEGS = 10;
const MANY_DELIVERIES = 100;
/** The outbox gives up its oldest above 10,000. */
const TOO_MANY_DELIVERIES = 5000;
const LOW_MEMORY = 0.1;
const NO_MEMORY = 0.04;
const MANY_FILES = 0.8;

const percent = (share: number): string => `${Math.round(100 * share)} %`;
const counted = (count: number, one: string, more = `${one}s`): string => `${count} ${count === 1 ? one : more}`;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

export function checkShards({ size: all, givenUp, deaths }: { readonly size: number; readonly givenUp: number; readonly deaths: number }): Finding {
  const facts = { shards: all, givenUp, deaths };
  if (givenUp > 0) return problem(`${givenUp} of ${counted(all, 'shard')} died too often and ${givenUp === 1 ? 'was' : 'were'} given up`, 'Restart the server, and report the reason that its log gives.', facts);
  if (deaths > 0) return note(`a shard died ${counted(deaths, 'time')} in the last 10 minutes; its streams went on`, 'Report the reason that the log gives.', facts);
  return ok(`${counted(all, 'shard')} ${all === 1 ? 'runs' : 'run'}`, facts);
}

export function checkLoad(readings: readonly HealthReading[], { maxLoad }: Pick<Settings, 'maxLoad'>): Finding {
  const [main, shard] = [mean(readings.map(({ mainLoad }) => mainLoad)), mean(readings.map(({ shardLoad }) => shardLoad))];
  const facts = { mainLoad: main, shardLoad: shard };
  if (main === null || shard === null) return ok('not measured yet', facts);
  const found = `the main thread is busy ${percent(main)} of the time, the busiest shard ${percent(shard)}`;
  if (100 * Math.max(main, shard) > maxLoad) return note(`${found}; above ${maxLoad} % new streams are refused`, 'Give the server more cores (and --shards), or a second server beside it.', facts);
  return ok(found, facts);
}

export function checkLag(readings: readonly HealthReading[], { maxLagMs }: Pick<Settings, 'maxLagMs'>): Finding {
  const newest = readings.slice(-NEWEST);
  const [lagMs, lagP95Ms] = [mean(newest.map((each) => each.lagMs)), mean(newest.map((each) => each.lagP95Ms))];
  const facts = { lagMs, lagP95Ms };
  if (lagMs === null || lagP95Ms === null) return ok('no predictions in the last minute', facts);
  const found = `predictions come ${Math.round(lagMs)} ms after the sound, 95 % within ${Math.round(lagP95Ms)} ms`;
  const advice = 'Look at the load: if it is high, lower --max-streams or give the server more cores; if not, other programs take the processor.';
  if (lagP95Ms >= Math.max(SLOW_MS, maxLagMs)) return problem(`${found}; sound later than ${seconds(maxLagMs)} is dropped`, advice, facts);
  if (lagP95Ms >= SLOW_MS) return note(found, advice, facts);
  return ok(found, facts);
}

export function checkDrops(readings: readonly HealthReading[], sinceStartMs: number): Finding {
  const droppedMs = readings.reduce((sum, each) => sum + each.droppedMs, 0);
  const facts = { droppedMs, sinceStartMs };
  const found = `${seconds(droppedMs)} of sound in the last 10 minutes, ${seconds(sinceStartMs)} since the start`;
  if (droppedMs > 0) return note(found, 'The server was late with live sound: lower --max-streams, or give it more cores.', facts);
  return ok(found, facts);
}

export interface Connected {
  readonly senders: number;
  readonly streams: number;
  readonly viewers: number;
  readonly listeners: number;
  readonly files: number;
}

export function checkStreams({ senders, streams, viewers, listeners, files }: Connected, limits: Pick<Settings, 'maxStreams' | 'maxViewers' | 'maxListeners'>): Finding {
  const facts = { senders, streams, viewers, listeners, files };
  const found = `${counted(streams, 'stream')} (${senders} from clients), ${counted(viewers, 'viewer')}, ${counted(listeners, 'listener')}, ${counted(files, 'file')}`;
  const near = ([['--max-streams', senders, limits.maxStreams], ['--max-viewers', viewers, limits.maxViewers], ['--max-listeners', listeners, limits.maxListeners]] as const).filter(([, count, limit]) => limit > 0 && count >= NEARLY * limit);
  if (near.length > 0) return note(`${found}; ${near.map(([flag, , limit]) => `${flag} is ${limit}`).join(', ')}`, `Raise ${near.map(([flag]) => flag).join(' and ')} if the load allows it: beyond it people are refused.`, facts);
  return ok(found, facts);
}

export interface StationNow {
  readonly id: string;
  readonly state: StationState;
  readonly reason: string | null;
}

export function checkStations(stations: readonly StationNow[]): Finding {
  const enabled = stations.filter(({ state }) => state !== 'stopped');
  const lost = enabled.filter(({ state }) => state === 'stalled' || state === 'failing');
  const count = (wanted: StationState): number => stations.filter(({ state }) => state === wanted).length;
  const facts = { stations: stations.length, live: count('live'), silent: count('silent'), connecting: count('connecting'), stopped: count('stopped'), lost: lost.map(({ id }) => id) };
  if (stations.length === 0) return ok('none', facts);
  const found = (['live', 'silent', 'connecting', 'stalled', 'failing', 'stopped'] as const).filter((state) => count(state) > 0).map((state) => `${count(state)} ${state}`).join(', ');
  if (lost.length === 0) return ok(found, facts);
  const first = lost[0]!;
  const told = `${found}; ${first.id}: ${(first.reason ?? first.state).replace(/\.$/, '')}`;
  if (lost.length === enabled.length && lost.length > 1) return problem(`${told}. None is heard`, 'Look at the network of this machine, and run livegenre doctor there to try its FFmpeg.', facts);
  return note(told, 'The page of each station says why it is not heard and when it is tried again; correct its address if it has moved.', facts);
}

export function checkFfmpegs({ running, started, failed }: { readonly running: number; readonly started: number; readonly failed: number }): Finding {
  const facts = { running, started, failed };
  const found = `${running} running; in the last 10 minutes ${started} started, ${failed} failed`;
  if (failed >= MANY_FAILED_FFMPEGS) return note(found, 'The pages of failing stations have FFmpeg\'s words; if it fails for all, run livegenre doctor on the machine.', facts);
  return ok(found, facts);
}

/** @param bytes size of the database with its log; null if it is not a file, undefined without one */
export function checkDatabase(bytes: number | null | undefined, status: HistoryStatus | undefined): Finding {
  if (bytes === undefined || !status) return ok('none: no history is stored', { sizeBytes: null, waitingRows: 0, droppedRows: 0 });
  const { isFailing, reason, sinceMs, waitingRows, droppedRows } = status;
  const facts = { sizeBytes: bytes, waitingRows, droppedRows, since: sinceMs === null ? null : new Date(sinceMs).toISOString() };
  const found = `${bytes === null ? '' : `${size(bytes)}, `}${counted(waitingRows, 'row')} to be written`;
  if (isFailing) return problem(`can't be written (${reason}); ${counted(waitingRows, 'row')} wait${waitingRows === 1 ? 's' : ''} in memory`, 'Free disk space, or let the server\'s user write to the file and its folder: it goes on by itself.', facts);
  if (droppedRows > 0) return note(`${found}; ${counted(droppedRows, 'row')} of history were lost while it could not be written`, 'Find out in the log when and why it failed.', facts);
  return ok(found, facts);
}

export function checkWebhooks(waiting: number): Finding {
  const facts = { waiting };
  const found = `${counted(waiting, 'delivery', 'deliveries')} wait${waiting === 1 ? 's' : ''}`;
  const advice = 'The log names the receivers that do not answer: bring them back, or take them out of the settings and stations.';
  if (waiting >= TOO_MANY_DELIVERIES) return problem(`${found}; above 10000 the oldest are given up`, advice, facts);
  if (waiting >= MANY_DELIVERIES) return note(found, advice, facts);
  return ok(waiting === 0 ? 'nothing waits' : found, facts);
}

export interface MemoryNow {
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export function checkMemory({ residentBytes, heapBytes, freeBytes, totalBytes }: MemoryNow): Finding {
  const facts = { residentBytes, heapBytes, freeBytes, totalBytes };
  const found = `the server takes ${size(residentBytes)}; ${size(freeBytes)} of ${size(totalBytes)} are free`;
  const advice = 'End other programs, or give the machine or container more; fewer streams (--max-streams) take less.';
  if (freeBytes < NO_MEMORY * totalBytes) return problem(found, advice, facts);
  if (freeBytes < LOW_MEMORY * totalBytes) return note(found, advice, facts);
  return ok(found, facts);
}

/** @param open files that are open; undefined if unknown @param limit Infinity if there is none */
export function checkOpenFiles(open: number | undefined, limit: number | undefined): Finding {
  const facts = { open: open ?? null, limit: limit === undefined || !Number.isFinite(limit) ? null : limit };
  if (open === undefined || limit === undefined) return ok('not known on this system', facts);
  const found = `${open} of ${Number.isFinite(limit) ? limit : 'unlimited'} are open`;
  const advice = 'Raise the hard limit (ulimit -Hn, LimitNOFILE= of systemd, --ulimit nofile of Docker), or lower --max-streams and --max-viewers.';
  if (open > NEARLY * limit) return problem(`${found}; beyond it nobody can connect`, advice, facts);
  if (open > MANY_FILES * limit) return note(found, advice, facts);
  return ok(found, facts);
}

/** @param lines newest first @param fromMs those before do not count, ms since 1970 */
export function checkLog(lines: readonly LoggedLine[], fromMs: number): Finding {
  const recent = lines.filter(({ at }) => Date.parse(at) >= fromMs);
  const errors = recent.filter(({ level }) => level === 'error');
  const warnings = recent.length - errors.length;
  const facts = { errors: errors.length, warnings };
  const found = `${counted(errors.length, 'error')} and ${counted(warnings, 'warning')} in the last 10 minutes`;
  if (errors.length > 0) return note(`${found}; the newest error: ${errors[0]!.what}`, 'Read the reason in the log; what you can not mend, report with these lines.', facts);
  return ok(found, facts);
}

/** Null without a value. */
function mean(values: readonly (number | null)[]): number | null {
  const known = values.slice(-NEWEST).filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
