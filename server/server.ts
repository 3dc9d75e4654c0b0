/** A running server put together from its parts, and taken apart again in order. */
import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createAdaptorServer } from '@hono/node-server';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { loadBundle, type Bundle } from '../models/bundle.js';
import { Access } from './access.js';
import { startAlerts, type RunningAlerts } from './alerts/start.js';
import { readFiles } from './files.js';
import { httpApp } from './http.js';
import { Log } from './log.js';
import { Metrics } from './metrics.js';
import type { Settings } from './settings.js';
import { Shards } from './shards.js';
import { Senders } from './sockets.js';
import { checkStation } from './stations/check.js';
import { keep } from './stations/kept.js';
import { listen as listenTo } from './stations/listener.js';
import { Listeners } from './stations/listeners.js';
import type { Listen } from './stations/station.js';
import { Stations } from './stations/stations.js';
import type { Source } from './sources/source.js';
import { Streams } from './streams.js';
import { Upgrades } from './upgrades.js';
import { VERSION } from './version.js';
import { Viewers } from './viewers.js';

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
  const { manifest } = bundle;
  const files = await readFiles(parts.dashboard ?? fileURLToPath(new URL('../web', import.meta.url)));
  const kept = await keep(settings, log, parts.scheduler);
  const shards = await Shards.start({
    bundle,
    shards: settings.shards,
    settings,
    backend: settings.backend === 'auto' ? undefined : settings.backend,
    log,
    ...(parts.classifier !== undefined && { classifier: parts.classifier }),
  }).catch(async (error: unknown) => {
    await kept.close();
    throw error;
  });

  const streams = new Streams(shards, manifest, settings, log, parts.scheduler);
  const senders = new Senders(streams, settings, log, parts.scheduler);
  const { scheduler = asyncScheduler } = parts;
  const listeners = new Listeners(settings);
  let alerts: RunningAlerts | undefined;
  const stations = new Stations({
    saved: kept.stations,
    save: kept.save,
    streams,
    log,
    scheduler,
    check: (config) => checkStation(config, manifest, settings),
    listen: parts.listen ?? ((url) => listenTo(url, { settings, scheduler })),
    openAlerts: (id) => alerts?.open(id) ?? [],
  });
  const viewers = new Viewers(streams, stations, settings, scheduler);
  const access = new Access(settings);
  const metrics = new Metrics({ streams, stations, senders, viewers, shards, version: VERSION, history: kept.history, listeners, deliveries: () => alerts?.waiting ?? 0 });
  const app = httpApp({ access, metrics, streams, stations, listeners, history: kept.store, recorder: kept.history, now: Date.now, settings, files, log, version: VERSION });
  const http = createAdaptorServer({ fetch: app.fetch }) as Server;
  new Upgrades(http, access, streams, senders, viewers, settings);
  try {
    alerts = await startAlerts({ settings, log, stations, scheduler, database: kept.database, remembered: await kept.openAlerts(), remember: kept.remember });
    // After the alerts: those of a station that is removed are over before it is forgotten.
    kept.record(stations);
    await listen(http, settings);
    stations.start();
    if (settings.demo) streams.play(parts.demo ?? await demo(settings.demoSeed), 'demo');
  } catch (error) {
    http.close();
    metrics.close();
    await alerts?.close();
    await stations.close();
    await kept.close();
    await shards.close();
    throw error;
  }

  const { port } = http.address() as { port: number };
  let closing: Promise<void> | undefined;
  return {
    url: `http://${urlHost(settings.host)}:${port}`,
    port,
    model: { name: manifest.name, version: manifest.version },
    backend: shards.backend,
    shards: shards.size,
    streams,
    stations,
    senders,
    viewers,
    close: () => (closing ??= close()),
  };

  async function close(): Promise<void> {
    const drained = streams.drain(settings.drainTimeoutMs);
    senders.goAway();
    viewers.goAway();
    // No alert is over because the server is.
    await alerts?.close();
    await stations.close();
    await kept.close();
    await drained;
    const closed = new Promise((resolve) => http.close(resolve));
    // Streams that got no summary in time complete with the shards, which closes their sockets.
    await shards.close();
    metrics.close();
    http.closeIdleConnections();
    // Sockets that don't answer the close are cut by ws after the same time.
    const cut = setTimeout(() => http.closeAllConnections(), settings.closeTimeoutMs);
    await closed;
    clearTimeout(cut);
  }
}

function listen(http: Server, { port, host }: Settings): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, () => {
      http.off('error', reject);
      resolve();
    });
  });
}

async function demo(seed: number): Promise<Source> {
  const { demoStation } = await import('./sources/demo/station.js');
  return demoStation({ seed });
}

/** An address that a browser on this machine can open. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
