/**
 * Evaluates the alert rules of all stations on their events and on a timer. An alert keeps one id
 * from start to end, also across changes of its rule and restarts. Delivery is done elsewhere.
 */
import { createHash } from 'node:crypto';
import { asyncScheduler, interval, Observable, Subject, Subscription, type SchedulerLike } from 'rxjs';
import type { AlertType, StationGlance } from '../protocol/messages.js';
import type { Rule, StationConfig } from '../stations/config.js';
import type { StationEvent } from '../stations/station-event.js';
import type { AlertEvent, OpenAlert } from './event.js';
import { DeadAir } from './rules/dead-air.js';
import { Down } from './rules/down.js';
import { Drift } from './rules/drift.js';
import { GenreChanged } from './rules/genre-changed.js';
import { MoodLimits } from './rules/mood.js';
import type { Finding, RuleEvaluator } from './rules/rule.js';
import { Speech } from './rules/speech.js';
import { duration } from './format.js';

export interface AlertStation {
  readonly config: StationConfig;
  glance(): StationGlance;
}

/** The part of the station list that alerts use. */
export interface AlertStations {
  list(): readonly AlertStation[];
  get(id: string): AlertStation | undefined;
  readonly events$: Observable<{ readonly station: StationConfig; readonly event: StationEvent }>;
  readonly changes$: Observable<{ readonly type: 'added' | 'changed' | 'removed'; readonly station: StationConfig }>;
}

type StateEvent = Extract<StationEvent, { type: 'state' }>;
type RaisedAlert = Pick<OpenAlert, 'id' | 'fromMs'>;

/** A rule with its evaluator. */
interface ActiveRule {
  readonly rule: Rule;
  readonly evaluator: RuleEvaluator;
  /** Null while no alert is open. */
  alert: RaisedAlert | null;
}

interface WatchedStation {
  config: StationConfig;
  /** Latest state, for rules added later. */
  state: StateEvent | undefined;
  rules: ActiveRule[];
}

const TICK_MS = 1000;

export class Alerts {
  /** Hot. Subscribe before `start`. */
  readonly event$: Observable<AlertEvent>;
  readonly #events = new Subject<AlertEvent>();
  readonly #scheduler: SchedulerLike;
  readonly #stations = new Map<string, WatchedStation>();
  readonly #owned = new Subscription();
  readonly #isShared: boolean;

  /** @param isShared whether stations are watched only between `take` and `leave`, as one of several nodes does it for each */
  constructor(scheduler: SchedulerLike = asyncScheduler, isShared = false) {
    this.#scheduler = scheduler;
    this.#isShared = isShared;
    this.event$ = this.#events.asObservable();
  }

  /**
   * Watches all present and future stations until `close`.
   * @param restored alerts open when the server stopped. They continue; those without a station or
   * rule end now
   */
  start(stations: AlertStations, restored: readonly OpenAlert[] = []): void {
    const waiting = new Set(restored);
    for (const station of this.#isShared ? [] : stations.list()) {
      const { state, since, reason } = station.glance();
      // An enabled station that is stopped has not been started yet, so its state is unknown.
      const isKnown = state !== 'stopped' || !station.config.enabled;
      this.#watch(station.config, waiting, isKnown ? { type: 'state', atMs: Date.parse(since), state, reason } : undefined);
    }
    this.#endLeft(waiting, () => 'its rule was removed');
    this.#owned.add(stations.changes$.subscribe(({ type, station }) => {
      if (type === 'removed') this.#unwatch(station);
      else if (!this.#isShared || this.#stations.has(station.id)) this.#watch(station);
    }));
    this.#owned.add(stations.events$.subscribe(({ station, event }) => this.#onEvent(station.id, event)));
    this.#owned.add(interval(TICK_MS, this.#scheduler).subscribe(() => this.#tick(this.#scheduler.now())));
  }

  /**
   * Watches a station that this node listens to from now on; its open alerts go on. They may come
   * later in a second call, as from a slow store: an alert of a rule that has raised another meanwhile ends.
   */
  take(config: StationConfig, open: readonly OpenAlert[]): void {
    const waiting = new Set(open);
    this.#watch(config, waiting);
    const types = new Set(config.rules.map(({ type }) => type));
    this.#endLeft(waiting, ({ type }) => (types.has(type) ? 'a newer one of the same rule is open' : 'its rule was removed'));
  }

  /** Leaves a station and its open alerts to another node. */
  leave(stationId: string): void {
    this.#stations.delete(stationId);
  }

  /** Types of the station's open alerts. */
  open(stationId: string): AlertType[] {
    return (this.#stations.get(stationId)?.rules ?? []).filter(({ alert }) => alert !== null).map(({ rule }) => rule.type);
  }

  /** Leaves alerts open: they continue after the next start. */
  close(): void {
    this.#owned.unsubscribe();
    this.#events.complete();
  }

  #endLeft(waiting: Iterable<OpenAlert>, why: (alert: OpenAlert) => string): void {
    for (const alert of waiting) this.#end({ id: alert.stationId, name: alert.stationName }, alert.type, null, alert, why(alert));
  }

  /** Adds a station, or updates its rules. */
  #watch(config: StationConfig, waiting: Set<OpenAlert> = new Set(), state?: StateEvent): void {
    const watched: WatchedStation = this.#stations.get(config.id) ?? { config, state, rules: [] };
    const before = watched.rules;
    this.#stations.set(config.id, watched);
    watched.config = config;
    watched.rules = config.rules.map((rule) => {
      const old = before.find((each) => each.rule.type === rule.type);
      const restored = old?.alert ? undefined : [...waiting].find(({ stationId, type }) => stationId === config.id && type === rule.type);
      if (old && !restored && JSON.stringify(old.rule) === JSON.stringify(rule)) return old;
      if (restored) waiting.delete(restored);
      // With changed thresholds, the alert stays open until the new ones end it.
      const alert = old?.alert ?? restored ?? null;
      return { rule, evaluator: evaluatorOf(rule, alert?.fromMs ?? null), alert: alert && { id: alert.id, fromMs: alert.fromMs } };
    });
    for (const { rule, alert } of before) {
      const remains = config.rules.some(({ type }) => type === rule.type);
      if (alert && !remains) this.#end(config, rule.type, rule, alert, 'its rule was removed');
    }
    const added = watched.rules.filter((each) => !before.includes(each));
    if (watched.state) this.#evaluate(watched, added, watched.state);
  }

  #unwatch(config: StationConfig): void {
    const watched = this.#stations.get(config.id);
    this.#stations.delete(config.id);
    for (const { rule, alert } of watched?.rules ?? []) {
      if (alert) this.#end(config, rule.type, rule, alert, 'the station was removed');
    }
  }

  #onEvent(stationId: string, event: StationEvent): void {
    const watched = this.#stations.get(stationId);
    if (!watched) return;
    if (event.type === 'state') watched.state = event;
    this.#evaluate(watched, watched.rules, event);
  }

  #evaluate(watched: WatchedStation, rules: readonly ActiveRule[], event: StationEvent): void {
    if (event.type === 'state' && event.state === 'stopped') return this.#stop(watched);
    for (const active of rules) this.#apply(watched.config, active, active.evaluator.push(event));
  }

  #tick(nowMs: number): void {
    for (const { config, rules } of this.#stations.values()) {
      for (const active of rules) this.#apply(config, active, active.evaluator.tick(nowMs));
    }
  }

  /** The station was switched off or has a new address: end its alerts and reset its rules. */
  #stop(watched: WatchedStation): void {
    const { config, rules } = watched;
    watched.rules = rules.map(({ rule }) => ({ rule, evaluator: evaluatorOf(rule, null), alert: null }));
    for (const { rule, alert } of rules) {
      if (alert) this.#end(config, rule.type, rule, alert, config.enabled ? 'the station has a new address' : 'the station was switched off');
    }
  }

  #apply({ id, name }: StationConfig, active: ActiveRule, finding: Finding | undefined): void {
    if (!finding) return;
    const { kind, atMs, sentence, details } = finding;
    // Blocks end at fractions of a millisecond; stored and sent times are whole ones.
    const fromMs = Math.round(finding.fromMs);
    const toMs = finding.toMs === null ? null : Math.round(finding.toMs);
    const { rule } = active;
    const alertId = active.alert?.id ?? alertIdOf(id, rule.type, fromMs);
    active.alert = kind === 'raised' ? { id: alertId, fromMs } : null;
    this.#events.next({ id: alertId, station: { id, name }, type: rule.type, kind, atMs, fromMs, toMs, sentence: `${name}: ${sentence}`, rule, details });
  }

  /** Ends an alert because its rule no longer applies. */
  #end({ id, name }: AlertEvent['station'], type: AlertType, rule: Rule | null, alert: RaisedAlert, why: string): void {
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

/** The same on every node: a UUID (version 8) of station, rule and time. */
function alertIdOf(station: string, type: AlertType, fromMs: number): string {
  const hash = createHash('sha256').update(`${station} ${type} ${fromMs}`).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

function evaluatorOf(rule: Rule, openSinceMs: number | null): RuleEvaluator {
  switch (rule.type) {
    case 'dead-air': return new DeadAir(rule, openSinceMs);
    case 'down': return new Down(rule, openSinceMs);
    case 'speech': return new Speech(rule, openSinceMs);
    case 'drift': return new Drift(rule, openSinceMs);
    case 'mood': return new MoodLimits(rule, openSinceMs);
    case 'genre-changed': return new GenreChanged(rule);
  }
}
