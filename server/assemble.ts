/** Creates the parts of a server, connects them, and closes them in order. */
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { fileURLToPath } from 'node:url';
import { getRequestListener } from '@hono/node-server';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { loadBundle, type Bundle } from '../models/model-folder.js';
import { Access } from './access/access.js';
import { ApiTokens } from './access/api-tokens.js';
import { OpenGrants } from './access/open-grants.js';
import { SignedTokens } from './access/signed-tokens.js';
import { SigningKeys } from './access/signing-keys.js';
import { startAlerts, type RunningAlerts } from './alerts/start.js';
import { FILE_SHARD_SETTINGS } from './files/classify-sound.js';
import { FileShards } from './files/file-shards.js';
import { SentFiles } from './files/sent-files.js';
import { readFiles, type ServedFile } from './http/static-files.js';
import { CertificateReload, readCertificate, type CertificateFiles } from './http/certificate.js';
import { FrontDoor } from './http/front-door.js';
import { httpApp } from './http/http.js';
import { Health } from './health/health.js';
import { Explanations } from './inspect/explanations.js';
import { limitRequestTime } from './http/request-time.js';
import { openCluster, type Cluster, type StationList } from './cluster/cluster.js';
import type { Log } from './log.js';
import { createGuard } from './network/guard/guard.js';
import { isBlockedByFetch } from './network/blocked-ports.js';
import { Metrics } from './metrics/metrics.js';
import type { ReloadedModel } from './protocol/messages.js';
import type { Settings } from './settings.js';
import { ModelReload } from './shards/model-reload.js';
import { ServedModels } from './shards/served-models.js';
import type { Shards, ShardsOptions } from './shards/shards.js';
import { Senders } from './sockets/senders.js';
import { openSource } from './sources/station/source-connection.js';
import { checkStation } from './stations/check-station.js';
import { openPersistence, type Persistence } from './persistence.js';
import { connectInTurns } from './stations/connect-in-turns.js';
import { reconnectingSource } from './stations/reconnecting-source.js';
import { AudioListeners } from './stations/audio-listeners.js';
import { TunedListeners } from './relay/tuned-listeners.js';
import { Profiles } from './stations/profiles.js';
import type { StationConfig } from './stations/config.js';
import type { Listen } from './stations/station.js';
import { Stations } from './stations/stations.js';
import type { Source } from './sources/source.js';
import { Streams } from './streams/streams.js';
import { Upgrades } from './sockets/upgrades.js';
import { VERSION } from './version.js';
import { Viewers } from './sockets/viewers.js';

export interface RunningServer {
  /** Address for a browser. */
  readonly url: string;
  readonly port: number;
  /** That it started with. */
  readonly model: { readonly name: string; readonly version: string };
  readonly backend: string;
  readonly shards: number;
  readonly streams: Streams;
  readonly stations: Stations;
  readonly senders: Senders;
  readonly viewers: Viewers;
  /** Reads the certificate of TLS again, for new connections. */
  reloadCertificate(): Promise<void>;
  /**
   * Reads the model folder again, for new streams; the log says what came of it.
   * @throws ProtocolError `bad-model`, `too-many-models` or `going-away`
   */
  reloadModel(): Promise<ReloadedModel>;
  /** Drains: streams get their summary and 1001, then everything ends. */
  close(): Promise<void>;
}

/** How the first model was started, and how others are. */
export interface ModelStart {
  readonly bundle: Bundle;
  /** Resolves with the shards of it. */
  readonly starting: Promise<Shards>;
  readonly startShards: (bundle: Bundle, options?: Partial<ShardsOptions>) => Promise<Shards>;
}

/** Replacements of real parts, for tests. */
export interface ServerParts {
  /** The first model; a reload reads the folder of the settings. */
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

/** @throws Error as `startServer` does; then nothing is left running */
export async function assemble(settings: Settings, parts: ServerParts, log: Log, { bundle, starting, startShards }: ModelStart): Promise<RunningServer> {
  const { scheduler = asyncScheduler } = parts;
  const guard = createGuard({
    allowHosts: settings.allowHosts,
    onRefused: ({ add, ...refusal }) => log.warn('a connection out of the public internet is refused; to allow it, start the server with the line in "add"', { ...refusal, add }),
  });
  let pages: ReadonlyMap<string, ServedFile>;
  let persistence: Persistence;
  let cluster: Cluster | undefined;
  let list: StationList;
  let saved: readonly StationConfig[];
  let certificate: CertificateFiles | undefined;
  try {
    certificate = await readCertificate(settings);
    pages = await readFiles(parts.dashboard ?? fileURLToPath(new URL('../web', import.meta.url)));
    cluster = await openCluster(settings, log, scheduler);
    persistence = await openPersistence(settings, log, scheduler, cluster?.number);
    list = cluster?.list(persistence.list) ?? persistence.list;
    saved = cluster ? await list.load() : persistence.stations;
  } catch (error) {
    await cluster?.leave(0);
    await starting.then((shards) => shards.close(), () => {});
    throw error;
  }
  const shards = await starting.catch(async (error: unknown) => {
    await cluster?.leave(0);
    await persistence.close();
    throw error;
  });

  const models = new ServedModels({ bundle, shards });
  const streams = new Streams(models, settings, log, scheduler);
  const elsewhere = cluster?.elsewhere(streams);
  const senders = new Senders(streams, settings, log, scheduler, elsewhere);
  const listeners = new AudioListeners(settings);
  const fileShards = new FileShards(() => startShards(models.newest.bundle, {
    shards: Math.max(1, Math.min(settings.maxFiles, settings.shards)),
    settings: { ...settings, ...FILE_SHARD_SETTINGS },
  }));
  const files = new SentFiles(fileShards, settings, log, scheduler);
  const explanations = new Explanations({
    bundle: () => models.newest.bundle,
    settings,
    backend: settings.backend === 'auto' ? undefined : settings.backend,
    log,
    ...(parts.classifier !== undefined && { classifier: parts.classifier }),
  });
  let alerts: RunningAlerts | undefined;
  const open = connectInTurns(openSource, { scheduler });
  const stations = new Stations({
    saved,
    save: (all) => list.save(all),
    isShared: cluster !== undefined,
    streams,
    log,
    scheduler,
    check: (fields) => checkStation(fields, streams.manifest, settings, guard),
    listen: parts.listen ?? ((url) => reconnectingSource(url, { settings, guard, scheduler, open })),
    openAlerts: (id) => alerts?.open(id) ?? [],
  });
  const tuned = new TunedListeners({ stations, settings, log, scheduler });
  const viewers = new Viewers(streams, stations, settings, scheduler, elsewhere);
  const tokens = { api: new ApiTokens({ store: persistence.store?.tokens, now: Date.now, log }), signed: new SignedTokens(new SigningKeys({ store: persistence.store?.signingKeys, now: () => performance.now(), log }), Date.now) };
  const access = new Access(settings, tokens);
  const grants = new OpenGrants({ isKept: (id) => access.isKept(id), revoked$: tokens.api.revoked$, now: Date.now, scheduler });
  const counted = {
    streams, stations, senders, viewers, models, files, version: VERSION, history: persistence.history,
    listeners: { get size() { return listeners.size + tuned.size; } },
    deliveries: () => alerts?.waiting ?? 0,
    bus: () => cluster?.bus,
  };
  const metrics = new Metrics(counted);
  const health = new Health({ ...counted, settings, log, certificateEnds: () => certificate?.validToMs, now: Date.now, scheduler });
  const profiles = persistence.store && new Profiles(persistence.store.history, Date.now);
  stations.changes$.subscribe(({ type, station }) => {
    if (type === 'removed') profiles?.forget(station.id);
  });
  const reload = new ModelReload({
    models,
    load: () => loadBundle(settings.model),
    start: (next, firstIndex) => startShards(next, { firstIndex }),
    maxModels: settings.maxModels,
    log,
    onSwitch: () => {
      streams.moveFed();
      fileShards.renew();
      explanations.renew();
      return stations.checkSaved();
    },
  });
  const app = httpApp({ elsewhere, reloadModel: () => reload.reload(), access, grants, flowOf: (request) => door.flowOf(request), tokens, metrics, streams, stations, listeners, tuned, files, explanations, health, library: persistence.library, listing: persistence.listing, history: persistence.store?.history, profiles, recorder: persistence.history, now: Date.now, settings, pages, log, version: VERSION });
  const secure = certificate && createSecureServer(certificate);
  const http = secure ?? createServer();
  const certificates = new CertificateReload({ settings, log, use: (files) => secure?.setSecureContext(certificate = files) });
  const door = new FrontDoor(http, { settings, log, access });
  door.on('request', getRequestListener(app.fetch));
  limitRequestTime(http);
  new Upgrades({ admitted: door, access, grants, streams, senders, viewers, settings });
  try {
    alerts = await startAlerts({
      settings, log, guard, stations, scheduler,
      deliveries: persistence.store?.deliveries,
      restored: cluster ? [] : await persistence.openAlerts(),
      recordAlert: persistence.recordAlert,
      isShared: cluster !== undefined,
      // With one database for all nodes, who has a station sends what is pending of it.
      mayDeliver: cluster && persistence.store?.stations ? (id) => cluster.number(id) !== undefined || !stations.get(id) : undefined,
    });
    // After the alerts: those of a station that is removed are over before it is forgotten.
    persistence.record(stations);
    await listen(http, settings);
    if (cluster) cluster.start({ stations, list, records: persistence.records, alerts, load: () => streams.load });
    else stations.start();
    if (settings.demo) streams.play(parts.demo ?? await demo(settings.demoSeed), 'demo');
  } catch (error) {
    await end(0);
    throw error;
  }

  const { port } = http.address() as { port: number };
  if (isBlockedByFetch(String(port))) log.warn('browsers open no pages on this port; choose another with --port', { port });
  let closing: Promise<void> | undefined;
  return {
    url: `${secure ? 'https' : 'http'}://${urlHost(settings.host)}:${port}`,
    port,
    model: { name: bundle.manifest.name, version: bundle.manifest.version },
    backend: shards.backend,
    shards: shards.size,
    streams,
    stations,
    senders,
    viewers,
    reloadCertificate: () => certificates.reload(),
    reloadModel: () => reload.reload(),
    close: () => (closing ??= end(settings.drainTimeoutMs)),
  };

  /** Ends all parts, also of a server that does not listen yet. */
  async function end(drainMs: number): Promise<void> {
    // The others go on with its stations and streams before anything else ends.
    const goOn = cluster?.hasOthers;
    await cluster?.leave(drainMs);
    const drained = streams.drain(drainMs, goOn);
    senders.goAway();
    tuned.close();
    viewers.goAway();
    const filesClosed = Promise.all([files.close(), explanations.close()]);
    // Active alerts stay active: shutting down must not resolve them.
    await alerts?.close();
    await stations.close();
    await persistence.close();
    await drained;
    const closed = new Promise((resolve) => http.close(resolve));
    await reload.close();
    // Closing the shards completes streams that got no summary in time, which closes their sockets.
    await models.close();
    await filesClosed;
    metrics.close();
    health.close();
    grants.close();
    certificates.close();
    http.closeIdleConnections();
    // ws terminates sockets that don't answer the close after the same time.
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
