/**
 * The alerts of all stations: their rules fed with what happens and with the clock, each alert
 * known by an id from when it is raised until it is over, across changes of its rule and restarts.
 * Who is told, and how, is not its business.
 */
import { randomUUID } from 'node:crypto';
import { asyncScheduler, interval, Observable, Subject, Subscription, type SchedulerLike } from 'rxjs';
import type { AlertType, StationGlance } from '../protocol/messages.js';
import type { Rule, StationConfig } from '../stations/config.js';
import type { StationEvent } from '../stations/station-event.js';
import type { AlertEvent, OpenAlert } from './event.js';
import { DeadAir } from './rules/dead-air.js';
import { Down } from './rules/down.js';
import { Drift } from './rules/drift.js';
import { GenreChanged } from './rules/genre-changed.js';
import type { Finding, Follower } from './rules/rule.js';
import { Speech } from './rules/speech.js';
import { duration } from './format.js';

/** What alerts need of the stations. */
export interface AlertStations {
  list(): readonly { readonly config: StationConfig; glance(): StationGlance }[];
  readonly events$: Observable<{ readonly station: StationConfig; readonly event: StationEvent }>;
  readonly changes$: Observable<{ readonly type: 'added' | 'changed' | 'removed'; readonly station: StationConfig }>;
}

type StateEvent = Extract<StationEvent, { type: 'state' }>;
type Raised = Pick<OpenAlert, 'id' | 'fromMs'>;

/** A rule that is followed. */
interface Followed {
  readonly rule: Rule;
  readonly follower: Follower;
  /** Null while there is nothing to be alarmed about. */
  alert: Raised | null;
}

interface Watched {
  config: StationConfig;
  /** A rule that comes later has to know. */
  state: StateEvent | undefined;
  rules: Followed[];
}

const TICK_MS = 1000;

export class Alerts {
  /** Hot. Subscribe before `start`. */
  readonly event$: Observable<AlertEvent>;
  readonly #events = new Subject<AlertEvent>();
  readonly #scheduler: SchedulerLike;
  readonly #stations = new Map<string, Watched>();
  readonly #owned = new Subscription();

  constructor(scheduler: SchedulerLike = asyncScheduler) {
    this.#scheduler = scheduler;
    this.event$ = this.#events.asObservable();
  }

  /**
   * Follows all stations there are and will be, until `close`.
   * @param remembered alerts that were not over when the server stopped: they go on, and what has
   * no station or rule any more is over now
   */
  start(stations: AlertStations, remembered: readonly OpenAlert[] = []): void {
    const waiting = new Set(remembered);
    for (const station of stations.list()) {
      const { state, since, reason } = station.glance();
      // One that is enabled and stopped has not been started yet.
      const isKnown = state !== 'stopped' || !station.config.enabled;
      this.#watch(station.config, waiting, isKnown ? { type: 'state', atMs: Date.parse(since), state, reason } : undefined);
    }
    for (const { id, stationId, stationName, type, fromMs } of waiting) {
      this.#end({ id: stationId, name: stationName }, type, null, { id, fromMs }, 'its rule was removed');
    }
    this.#owned.add(stations.changes$.subscribe(({ type, station }) => {
      if (type === 'removed') this.#unwatch(station);
      else this.#watch(station);
    }));
    this.#owned.add(stations.events$.subscribe(({ station, event }) => this.#take(station.id, event)));
    this.#owned.add(interval(TICK_MS, this.#scheduler).subscribe(() => this.#tick(this.#scheduler.now())));
  }

  /** What is not over at this station. */
  open(stationId: string): AlertType[] {
    return (this.#stations.get(stationId)?.rules ?? []).filter(({ alert }) => alert !== null).map(({ rule }) => rule.type);
  }

  /** Ends no alert: they go on when the server comes back. */
  close(): void {
    this.#owned.unsubscribe();
    this.#events.complete();
  }

  /** A station that is new, or whose rules may have changed. */
  #watch(config: StationConfig, waiting: Set<OpenAlert> = new Set(), state?: StateEvent): void {
    const watched: Watched = this.#stations.get(config.id) ?? { config, state, rules: [] };
    const before = watched.rules;
    this.#stations.set(config.id, watched);
    watched.config = config;
    watched.rules = config.rules.map((rule) => {
      const old = before.find((each) => each.rule.type === rule.type);
      if (old && JSON.stringify(old.rule) === JSON.stringify(rule)) return old;
      const remembered = [...waiting].find(({ stationId, type }) => stationId === config.id && type === rule.type);
      if (remembered) waiting.delete(remembered);
      // An alert of a rule with other figures goes on until these say that it is over.
      const alert = old?.alert ?? remembered ?? null;
      return { rule, follower: follow(rule, alert?.fromMs ?? null), alert: alert && { id: alert.id, fromMs: alert.fromMs } };
    });
    for (const { rule, alert } of before) {
      const isKept = config.rules.some(({ type }) => type === rule.type);
      if (alert && !isKept) this.#end(config, rule.type, rule, alert, 'its rule was removed');
    }
    const fresh = watched.rules.filter((each) => !before.includes(each));
    if (watched.state) this.#feed(watched, fresh, watched.state);
  }

  #unwatch(config: StationConfig): void {
    const watched = this.#stations.get(config.id);
    this.#stations.delete(config.id);
    for (const { rule, alert } of watched?.rules ?? []) {
      if (alert) this.#end(config, rule.type, rule, alert, 'the station was removed');
    }
  }

  #take(stationId: string, event: StationEvent): void {
    const watched = this.#stations.get(stationId);
    if (!watched) return;
    if (event.type === 'state') watched.state = event;
    this.#feed(watched, watched.rules, event);
  }

  #feed(watched: Watched, rules: readonly Followed[], event: StationEvent): void {
    if (event.type === 'state' && event.state === 'stopped') return this.#stop(watched);
    for (const followed of rules) this.#find(watched.config, followed, followed.follower.take(event));
  }

  #tick(nowMs: number): void {
    for (const { config, rules } of this.#stations.values()) {
      for (const followed of rules) this.#find(config, followed, followed.follower.tick(nowMs));
    }
  }

  /** ConnectionEvent to no more, or elsewhere: what was heard before counts for nothing later. */
  #stop(watched: Watched): void {
    const { config, rules } = watched;
    watched.rules = rules.map(({ rule }) => ({ rule, follower: follow(rule, null), alert: null }));
    for (const { rule, alert } of rules) {
      if (alert) this.#end(config, rule.type, rule, alert, config.enabled ? 'the station has a new address' : 'the station was switched off');
    }
  }

  #find({ id, name }: StationConfig, followed: Followed, finding: Finding | undefined): void {
    if (!finding) return;
    const { kind, atMs, sentence, details } = finding;
    // Blocks end between milliseconds; what is kept and sent doesn't.
    const fromMs = Math.round(finding.fromMs);
    const toMs = finding.toMs === null ? null : Math.round(finding.toMs);
    const alertId = followed.alert?.id ?? randomUUID();
    followed.alert = kind === 'raised' ? { id: alertId, fromMs } : null;
    const { rule } = followed;
    this.#events.next({ id: alertId, station: { id, name }, type: rule.type, kind, atMs, fromMs, toMs, sentence: `${name}: ${sentence}`, rule, details });
  }

  /** Over because nobody asks any more. */
  #end({ id, name }: AlertEvent['station'], type: AlertType, rule: Rule | null, alert: Raised, why: string): void {
    const nowMs = this.#scheduler.now();
    this.#events.next({
      id: alert.id,
      station: { id, name },
      type,
      kind: 'recovered',
      atMs: nowMs,
      fromMs: alert.fromMs,
      toMs: nowMs,
      sentence: `${name}: the alert (${type}) is over after ${duration(nowMs - alert.fromMs)}, because ${why}.`,
      rule,
      details: { because: why },
    });
  }
}

function follow(rule: Rule, openSinceMs: number | null): Follower {
  switch (rule.type) {
    case 'dead-air': return new DeadAir(rule, openSinceMs);
    case 'down': return new Down(rule, openSinceMs);
    case 'speech': return new Speech(rule, openSinceMs);
    case 'drift': return new Drift(rule, openSinceMs);
    case 'genre-changed': return new GenreChanged(rule);
  }
}
