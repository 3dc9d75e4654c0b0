/** The health of a running server: reads it all the time, judges it when asked. */
import { readdir, stat } from 'node:fs/promises';
import type { SchedulerLike } from 'rxjs';
import { checkValidity } from '../doctor/certificate.js';
import { report, withoutSecrets, type Examined } from '../doctor/doctor.js';
import { openFileLimit } from '../doctor/file-limit.js';
import { problem, reasonOf, type Finding } from '../doctor/finding.js';
import { availableMemory } from '../doctor/machine.js';
import { hideSecrets } from '../doctor/secrets.js';
import { checkSpace } from '../doctor/storage.js';
import type { KeptLine, Log } from '../log.js';
import type { HealthReport, LoggedLine } from '../protocol/health.js';
import type { Settings } from '../settings.js';
import type { ServedModels } from '../shards/served-models.js';
import { FFMPEGS } from '../sources/ffmpeg.js';
import type { History } from '../stations/history.js';
import type { Station } from '../stations/station.js';
import { dataPlaceOf } from '../store/place.js';
import type { Streams } from '../streams/streams.js';
import { checkDatabase, checkDrops, checkFfmpegs, checkLag, checkLoad, checkLog, checkMemory, checkOpenFiles, checkShards, checkStations, checkStreams, checkWebhooks } from './checks.js';
import { Readings } from './readings.js';
import { heapBytes, residentBytes } from '../process-memory.js';

/** Findings about the last minutes look so far back. */
const LOOK_BACK_MS = 600_000;
/** A stack would fill the page. */
const MAX_FIELD_CHARS = 300;

interface Countable {
  readonly size: number;
}

export interface HealthParts {
  readonly settings: Settings;
  readonly log: Pick<Log, 'kept'>;
  readonly models: Pick<ServedModels, 'links'>;
  readonly streams: Pick<Streams, 'list' | 'manifest'>;
  readonly stations: { list(): readonly Pick<Station, 'glance'>[] };
  readonly senders: Countable;
  readonly viewers: Countable;
  readonly listeners: Countable;
  readonly files: Countable;
  /** Undefined if none is kept. */
  readonly history: Pick<History, 'status'> | undefined;
  /** Webhooks that wait for their receiver. */
  readonly deliveries: () => number;
  /** End of the certificate that is in use, ms since 1970; undefined without TLS. */
  readonly certificateEnds: () => number | undefined;
  readonly version: string;
  /** The current time, ms since 1970. */
  readonly now: () => number;
  readonly scheduler?: SchedulerLike;
}

export class Health {
  readonly #parts: HealthParts;
  readonly #readings: Readings;
  readonly #startedAtMs: number;
  readonly #hide: (text: string) => string;

  constructor(parts: HealthParts) {
    this.#parts = parts;
    this.#startedAtMs = parts.now();
    this.#hide = hideSecrets(parts.settings);
    this.#readings = new Readings(() => {
      const { links } = parts.models;
      return {
        streams: parts.streams.list().length,
        viewers: parts.viewers.size,
        shards: new Map(links.flatMap((link) => (link.metrics ? [[link, link.metrics] as const] : []))),
        shardDeaths: links.reduce((sum, { deaths }) => sum + deaths, 0),
        ffmpegsStarted: FFMPEGS.started,
        ffmpegsFailed: FFMPEGS.failed,
      };
    }, parts.scheduler);
  }

  async report(): Promise<HealthReport> {
    const { now, version, streams: { manifest }, log } = this.#parts;
    const lines = log.kept.map((line) => this.#shown(line)).reverse();
    const checks: Examined[] = [];
    for (const [name, check] of Object.entries(this.#checks(lines))) {
      let finding: Finding;
      try {
        finding = await check();
      } catch (error) {
        finding = problem(reasonOf(error), 'The check itself failed: report it.');
      }
      checks.push({ name, ...withoutSecrets(finding, this.#hide) });
    }
    return {
      ...report(checks),
      livegenre: version,
      at: new Date(now()).toISOString(),
      startedAt: new Date(this.#startedAtMs).toISOString(),
      model: `${manifest.name} ${manifest.version}`,
      readings: this.#readings.list,
      log: lines,
    };
  }

  close(): void {
    this.#readings.close();
  }

  #checks(lines: readonly LoggedLine[]): Readonly<Record<HealthCheckName, () => Finding | Promise<Finding>>> {
    const { settings, models: { links }, streams, stations, senders, viewers, listeners, files, history, deliveries, certificateEnds, now } = this.#parts;
    const { list: readings, growth, droppedMs } = this.#readings;
    const all = stations.list().map((station) => station.glance());
    return {
      shards: () => checkShards({ size: links.length, givenUp: links.filter(({ isGivenUp }) => isGivenUp).length, deaths: growth.shardDeaths }),
      load: () => checkLoad(readings, settings),
      lag: () => checkLag(readings, settings),
      drops: () => checkDrops(readings, droppedMs),
      streams: () => checkStreams({ senders: senders.size, streams: streams.list().length, viewers: viewers.size, listeners: listeners.size, files: files.size }, settings),
      stations: () => checkStations(all),
      ffmpeg: () => checkFfmpegs({ running: FFMPEGS.running, started: growth.ffmpegsStarted, failed: growth.ffmpegsFailed }),
      database: async () => checkDatabase(await databaseBytes(settings), history?.status),
      disk: () => checkSpace(settings, all.length),
      webhooks: () => checkWebhooks(deliveries()),
      certificate: () => checkValidity(certificateEnds(), now()),
      memory: () => checkMemory({ residentBytes: residentBytes(), heapBytes: heapBytes(), ...availableMemory() }),
      files: async () => checkOpenFiles(await openFiles(), openFileLimit()),
      log: () => checkLog(lines, now() - LOOK_BACK_MS),
    };
  }

  #shown({ time, level, what, fields }: KeptLine): LoggedLine {
    const text = (value: unknown): string => this.#hide(typeof value === 'string' ? value : JSON.stringify(value) ?? '').slice(0, MAX_FIELD_CHARS);
    const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
    return { at: time, level, what: this.#hide(what), fields: Object.fromEntries(given.map(([name, value]) => [name, text(value)])) };
  }
}

/** In the order of the output. */
export const HEALTH_CHECK_NAMES = ['shards', 'load', 'lag', 'drops', 'streams', 'stations', 'ffmpeg', 'database', 'disk', 'webhooks', 'certificate', 'memory', 'files', 'log'] as const;
type HealthCheckName = (typeof HEALTH_CHECK_NAMES)[number];

/** With what SQLite keeps beside the file; null if it is not a file, undefined if none is set. */
async function databaseBytes(settings: Pick<Settings, 'database' | 'stations'>): Promise<number | null | undefined> {
  const place = dataPlaceOf(settings);
  if (place?.engine !== 'sqlite') return place && null;
  const sizes = await Promise.all(['', '-wal'].map((end) => stat(place.path + end).then((found) => found.size, () => null)));
  return sizes[0] === null ? null : sizes.reduce((sum: number, each) => sum + (each ?? 0), 0);
}

/** Files and sockets that this process has open; undefined where the system does not say. */
async function openFiles(): Promise<number | undefined> {
  return readdir('/proc/self/fd').then(({ length }) => length, () => undefined);
}
