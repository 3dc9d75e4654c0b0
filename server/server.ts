/**
 * Starts a server. Its shards load the model in threads of their own; meanwhile this one loads all
 * that only it needs, so the first sound is taken as soon as possible.
 */
import type { SchedulerLike } from 'rxjs';
import { loadBundle, type Bundle } from '../models/model-folder.js';
import { Log } from './log.js';
import type { Settings } from './settings.js';
import { Shards } from './shards/shards.js';
import type { Senders } from './sockets/senders.js';
import type { Listen } from './stations/station.js';
import type { Stations } from './stations/stations.js';
import type { Source } from './sources/source.js';
import type { Streams } from './streams/streams.js';
import type { Viewers } from './sockets/viewers.js';

export interface RunningServer {
  /** Where a browser finds it. */
  readonly url: string;
  readonly port: number;
  readonly model: { readonly name: string; readonly version: string };
  readonly backend: string;
  readonly shards: number;
  readonly streams: Streams;
  readonly stations: Stations;
  readonly senders: Senders;
  readonly viewers: Viewers;
  /** Drains: streams get their summary and 1001, then everything ends. */
  close(): Promise<void>;
}

/** What tests put in the place of the real thing. */
export interface ServerParts {
  readonly bundle?: Bundle;
  /** URL of a module that exports `startClassifier`. */
  readonly classifier?: string;
  /** How stations are listened to. */
  readonly listen?: Listen;
  /** What the demo station plays. */
  readonly demo?: Source;
  readonly log?: Log;
  /** Folder of the dashboard's files. */
  readonly dashboard?: string;
  /** The clock of time-outs. */
  readonly scheduler?: SchedulerLike;
}

/**
 * @throws Error with the reason: the model or the stations file is refused, a shard can't start,
 * the port is taken (`code` EADDRINUSE)
 */
export async function startServer(settings: Settings, parts: ServerParts = {}): Promise<RunningServer> {
  const log = parts.log ?? new Log(settings.logLevel);
  const bundle = parts.bundle ?? await loadBundle(settings.model);
  const starting = Shards.start({
    bundle,
    shards: settings.shards,
    settings,
    backend: settings.backend === 'auto' ? undefined : settings.backend,
    log,
    ...(parts.classifier !== undefined && { classifier: parts.classifier }),
  });
  // Whoever awaits it hears of a failure; nobody may have come to that yet.
  starting.catch(() => {});
  const { assemble } = await import('./assembly.js');
  return assemble(settings, parts, log, bundle.manifest, starting);
}
