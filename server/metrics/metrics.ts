/**
 * Metrics for Prometheus at `/metrics`; values are read only when scraped. Names and units follow its
 * conventions (https://prometheus.io/docs/practices/naming/): base units, seconds.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Registry, type Metric } from 'prom-client';
import { LAG_BOUNDS_MS, type ShardMetrics } from '../shards/shard-metrics.js';
import type { StationState } from '../protocol/messages.js';
import type { SentFiles } from '../files/sent-files.js';
import type { ServedModel, ServedModels } from '../shards/served-models.js';
import type { Senders } from '../sockets/senders.js';
import type { History } from '../stations/history.js';
import type { AudioListeners } from '../stations/audio-listeners.js';
import type { Station } from '../stations/station.js';
import type { Stations } from '../stations/stations.js';
import type { Streams } from '../streams/streams.js';
import type { Viewers } from '../sockets/viewers.js';
import { heapBytes, residentBytes } from '../process-memory.js';

export interface MetricsParts {
  readonly streams: Streams;
  readonly stations: Stations;
  readonly senders: Senders;
  readonly viewers: Viewers;
  readonly models: ServedModels;
  readonly listeners: Pick<AudioListeners, 'size'>;
  readonly files: SentFiles;
  readonly version: string;
  /** Where one is kept. */
  readonly history?: Pick<History, 'status'> | undefined;
  /** Webhooks that wait for their receiver. */
  readonly deliveries: () => number;
  /** Streams that travel between nodes for viewers; undefined for a server that is alone. */
  readonly bus: () => { readonly received: number; readonly published: number; readonly ignored: number } | undefined;
}

const STATES: readonly StationState[] = ['connecting', 'live', 'silent', 'stalled', 'failing', 'stopped'];
const LOOP_RESOLUTION_MS = 10;

/** A counter or gauge that is read when it is scraped. */
type Read = (set: (value: number, labels?: Record<string, string>) => void) => void;

export class Metrics {
  readonly #registry = new Registry();
  readonly #loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  readonly #parts: MetricsParts;

  constructor(parts: MetricsParts) {
    this.#parts = parts;
    const { streams, stations, senders, viewers, listeners, files, models, version, history, deliveries, bus } = parts;
    this.#loop.enable();
    // Of several nodes each tells of the stations that it listens to.
    const own = (): Station[] => stations.list().filter(({ isOurs }) => isOurs);

    this.#gauge('livegenre_info', 'The version, the model and the backend, as labels', (set) => {
      set(1, { version, model: modelName(models.newest), backend: models.newest.shards.backend });
    });
    this.#gauge('livegenre_streams', 'Running streams', (set) => {
      for (const source of ['client', 'demo', 'station']) set(streams.list().filter((stream) => stream.source === source).length, { source });
    });
    this.#gauge('livegenre_model_streams', 'Streams on each model; those before the newest stay until their streams have ended', (set) => {
      const counts = new Map<string, number>();
      for (const each of models.all) counts.set(modelName(each), (counts.get(modelName(each)) ?? 0) + each.shards.streams);
      for (const [model, streams] of counts) set(streams, { model });
    });
    this.#gauge('livegenre_senders', 'Connections that stream sound in', (set) => set(senders.size));
    this.#gauge('livegenre_viewers', 'Connections that watch', (set) => set(viewers.size));
    this.#gauge('livegenre_listeners', 'People who listen to stations through the server', (set) => set(listeners.size));
    this.#gauge('livegenre_files', 'Files that are classified now', (set) => set(files.size));

    this.#gauge('livegenre_stations', 'Stations in each state', (set) => {
      for (const state of STATES) set(own().filter((station) => station.state === state).length, { state });
    });
    this.#gauge('livegenre_station_info', 'The name of a station, as a label: 1 for every station', (set) => {
      for (const { config: { id: station, name } } of own()) set(1, { station, name });
    });
    this.#gauge('livegenre_station_up', 'Whether a station is heard: 1 where it is live or silent', (set) => {
      for (const { config: { id: station, enabled }, state } of own()) if (enabled) set(state === 'live' || state === 'silent' ? 1 : 0, { station });
    });
    this.#gauge('livegenre_station_level_dbfs', 'RMS level of a station\'s newest block', (set) => {
      for (const station of own()) {
        const { id, level } = station.glance();
        if (level !== null) set(level, { station: id });
      }
    });
    this.#gauge('livegenre_station_alerts', 'Alerts of a station that are not over', (set) => {
      for (const station of own()) {
        const { id, alerts } = station.glance();
        for (const type of alerts) set(1, { station: id, type });
      }
    });
    this.#counter('livegenre_station_failures_total', 'Times that a station stalled or failed', (set) => {
      for (const { config: { id: station }, failures } of own()) set(failures, { station });
    });

    this.#gauge('livegenre_bus_streams', 'Streams that go over NATS for viewers: published for other nodes, received from them', (set) => {
      for (const direction of ['published', 'received'] as const) set(bus()?.[direction] ?? 0, { direction });
    });
    this.#counter('livegenre_bus_ignored_total', 'Messages of NATS that were ignored, as they were too long or of no known shape', (set) => set(bus()?.ignored ?? 0));

    if (history) {
      this.#gauge('livegenre_history_failing', 'Whether writing the history fails: 1 when it does', (set) => set(history.status.isFailing ? 1 : 0));
      this.#counter('livegenre_history_dropped_rows_total', 'Rows of the history that were lost because they could not be written for too long', (set) => set(history.status.droppedRows));
    }

    this.#ofShards('livegenre_predictions_total', 'Predictions', ({ predictions }) => predictions);
    this.#ofShards('livegenre_dropped_seconds_total', 'Audio left unscored because the server was late', ({ droppedMs }) => droppedMs / 1000);
    this.#ofShards('livegenre_sound_seconds_total', 'Time spent on decoding, resampling and mel columns', ({ soundMs }) => soundMs / 1000);
    this.#ofShards('livegenre_model_seconds_total', 'Time spent in the network', ({ modelMs }) => modelMs / 1000);
    this.#ofShards('livegenre_model_steps_total', 'Steps of the network, each for a batch of streams', ({ steps }) => steps);
    this.#registry.registerMetric(this.#lags() as unknown as Metric);
    this.#gauge('livegenre_shard_load_ratio', 'Share of a shard\'s thread that live streams take', (set) => {
      for (const { metrics, index } of models.links) set(metrics?.load ?? 0, { shard: String(index) });
    });
    this.#gauge('livegenre_shard_up', 'Whether a shard still scores: 0 when it was given up', (set) => {
      for (const { isGivenUp, index } of models.links) set(isGivenUp ? 0 : 1, { shard: String(index) });
    });

    this.#gauge('livegenre_queue_length', 'Lengths of queues: blocks for the network, bytes of audio for the shards, rows of history, webhooks', (set) => {
      set(models.links.reduce((sum, { metrics }) => sum + (metrics?.waitingBlocks ?? 0), 0), { queue: 'blocks' });
      set(models.links.reduce((sum, { unscoredBytes }) => sum + unscoredBytes, 0), { queue: 'audio_bytes' });
      if (history) set(history.status.waitingRows, { queue: 'history_rows' });
      set(deliveries(), { queue: 'webhooks' });
    });

    for (const percentile of [50, 90, 99]) {
      this.#gauge(`nodejs_eventloop_lag_p${percentile}_seconds`, `${percentile}th percentile of the main thread's event loop delay since the last scrape`, (set) => set(delaySeconds(this.#loop.percentile(percentile))));
    }
    this.#gauge('nodejs_eventloop_lag_max_seconds', 'Longest delay of the main thread\'s event loop since the last scrape', (set) => set(delaySeconds(this.#loop.max)));
    this.#counter('process_cpu_seconds_total', 'User and system CPU time of all threads', (set) => {
      const { user, system } = process.cpuUsage();
      set((user + system) / 1e6);
    });
    this.#gauge('process_resident_memory_bytes', 'Resident memory', (set) => set(residentBytes()));
    this.#gauge('nodejs_heap_size_used_bytes', 'Heap of the main thread', (set) => set(heapBytes()));
    this.#gauge('process_start_time_seconds', 'Start of the process, seconds since 1970', (set) => set(Date.now() / 1000 - process.uptime()));
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The response to a scrape. */
  async text(): Promise<string> {
    const text = await this.#registry.metrics();
    this.#loop.reset();
    return text;
  }

  close(): void {
    this.#loop.disable();
  }

  #gauge(name: string, help: string, read: Read): void {
    const gauge: Gauge = new Gauge({
      name, help, registers: [this.#registry], labelNames: LABELS,
      collect() {
        gauge.reset();
        read((value, labels) => (labels ? gauge.set(labels, value) : gauge.set(value)));
      },
    });
  }

  #counter(name: string, help: string, read: Read): void {
    const counter: Counter = new Counter({
      name, help, registers: [this.#registry], labelNames: LABELS,
      collect() {
        counter.reset();
        read((value, labels) => (labels ? counter.inc(labels, value) : counter.inc(value)));
      },
    });
  }

  /** Totals per shard; a restarted shard counts from 0 again, as Prometheus allows for counters. */
  #ofShards(name: string, help: string, value: (metrics: ShardMetrics) => number): void {
    this.#counter(name, help, (set) => {
      for (const { metrics, index } of this.#parts.models.links) set(metrics ? value(metrics) : 0, { shard: String(index) });
    });
  }

  /** A histogram counted in the shards; prom-client's own can only count in this thread. */
  #lags(): object {
    const name = 'livegenre_lag_seconds';
    const get = async (): Promise<object> => ({
      name,
      help: 'From the arrival of a block\'s last audio to its prediction',
      type: 'histogram',
      aggregator: 'sum',
      values: this.#parts.models.links.flatMap(({ metrics, index }) => {
        const shard = String(index);
        const counts = metrics?.lagCounts ?? [];
        let below = 0;
        const buckets = [...LAG_BOUNDS_MS, Infinity].map((boundMs, at) => ({
          metricName: `${name}_bucket`,
          labels: { le: boundMs === Infinity ? '+Inf' : boundMs / 1000, shard },
          value: below += counts[at] ?? 0,
        }));
        return [
          ...buckets,
          { metricName: `${name}_sum`, labels: { shard }, value: (metrics?.lagSumMs ?? 0) / 1000 },
          { metricName: `${name}_count`, labels: { shard }, value: below },
        ];
      }),
    });
    return { name, get, reset() {} };
  }
}

const LABELS = ['version', 'model', 'backend', 'source', 'state', 'station', 'name', 'type', 'shard', 'queue', 'direction'] as const;

/** The model as a label. */
function modelName({ bundle: { manifest } }: ServedModel): string {
  return `${manifest.name} ${manifest.version}`;
}

/** Delay of the event loop. Node measures the duration of a timer; one that is on time takes its interval. */
function delaySeconds(timerNs: number): number {
  return Number.isFinite(timerNs) ? Math.max(0, timerNs / 1e9 - LOOP_RESOLUTION_MS / 1000) : 0;
}
