/** Nodes on virtual time: each can be stopped, killed and cut off. What each would record is checked at every step. */
import { VirtualTimeScheduler } from 'rxjs';
import type { Lease } from '../../../server/cluster/lease.js';
import { LEASE_TIMES } from '../../../server/cluster/lease.js';
import { Ownership } from '../../../server/cluster/ownership.js';
import { Log } from '../../../server/log.js';
import { MemoryEngine, type Link } from './memory-leases.js';

const STEP_MS = 50;
/** The own clock is looked at this often; a stopped process notices when it goes on. */
const NOTICED_MS = 2 * LEASE_TIMES.renewMs / 8;

export class SimulatedNode {
  readonly name: string;
  readonly ownership: Ownership;
  /** Stations that this node listens to. */
  readonly begun = new Map<string, Lease>();
  link: Link = 'whole';
  isStopped = false;
  isGone = false;
  load = 0;
  readonly #clock = new VirtualTimeScheduler();

  constructor(name: string, stations: ReadonlySet<string>, engine: MemoryEngine, startMs: number) {
    this.name = name;
    this.#clock.frame = startMs;
    this.ownership = new Ownership({
      node: name,
      weight: 1,
      leases: engine.node(() => this.link),
      load: () => this.load,
      log: new Log('error', () => {}),
      scheduler: this.#clock,
      listening: {
        wanted: () => stations,
        wants: (station) => stations.has(station),
        begin: (station, lease) => void this.begun.set(station, lease),
        goOn: (station, lease) => void this.begun.set(station, lease),
        end: async (station) => void this.begun.delete(station),
      },
    });
    this.ownership.start();
  }

  runUntil(ms: number): void {
    if (this.isStopped || this.isGone) return;
    this.#clock.maxFrames = ms;
    this.#clock.flush();
    this.#clock.frame = ms;
  }
}

export class SimulatedCluster {
  readonly stations: Set<string>;
  readonly nodes: SimulatedNode[] = [];
  readonly engine: MemoryEngine;
  /** Longest time, ms, that nobody could record a station, since `forget`. */
  longestGapMs = 0;
  #nowMs = 0;
  readonly #highest = new Map<string, number>();
  readonly #lastMs = new Map<string, number>();
  readonly #overdueMs = new Map<string, number>();

  constructor(stations: readonly string[]) {
    this.stations = new Set(stations);
    this.engine = new MemoryEngine(LEASE_TIMES, () => this.#nowMs);
  }

  join(name: string): SimulatedNode {
    const node = new SimulatedNode(name, this.stations, this.engine, this.#nowMs);
    this.nodes.push(node);
    return node;
  }

  /** @throws Error when two could record a station at the same time, or one with a lower number after a higher */
  async advance(ms: number): Promise<void> {
    for (const untilMs = this.#nowMs + ms; this.#nowMs < untilMs;) {
      this.#nowMs += STEP_MS;
      this.engine.deliver();
      for (const node of this.nodes) node.runUntil(this.#nowMs);
      await new Promise(setImmediate);
      this.#check();
    }
  }

  /** Measures gaps from now on. */
  forget(): void {
    this.longestGapMs = 0;
    for (const station of this.stations) this.#lastMs.set(station, this.#nowMs);
  }

  get living(): SimulatedNode[] {
    return this.nodes.filter(({ isGone, isStopped }) => !isGone && !isStopped);
  }

  /** Names of the nodes that listen, by station. */
  listeners(): Map<string, string[]> {
    return new Map([...this.stations].map((station) => [station, this.living.filter(({ begun }) => begun.get(station)?.isHeld).map(({ name }) => name)]));
  }

  #check(): void {
    for (const station of this.stations) {
      const holders = this.nodes.filter(({ begun, isGone }) => !isGone && begun.get(station)?.isHeld);
      if (holders.length > 1) throw new Error(`${station} has ${holders.map(({ name }) => name).join(' and ')} at ${this.#nowMs} ms`);
      const [holder] = holders;
      if (holder && !holder.isStopped) {
        const { number } = holder.begun.get(station)!;
        if (number < (this.#highest.get(station) ?? 0)) throw new Error(`${station}: number ${number} after ${this.#highest.get(station)}`);
        this.#highest.set(station, number);
        this.longestGapMs = Math.max(this.longestGapMs, this.#nowMs - (this.#lastMs.get(station) ?? this.#nowMs));
        this.#lastMs.set(station, this.#nowMs);
      }
      for (const { name, begun } of this.living) {
        const key = `${name} ${station}`;
        if (!begun.has(station) || begun.get(station)!.isInTime) this.#overdueMs.delete(key);
        else if (!this.#overdueMs.has(key)) this.#overdueMs.set(key, this.#nowMs);
        else if (this.#nowMs - this.#overdueMs.get(key)! > NOTICED_MS) throw new Error(`${name} still listens to ${station} at ${this.#nowMs} ms, though its time is over`);
      }
    }
  }
}
