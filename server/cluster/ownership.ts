/**
 * Which stations this node listens to. Rendezvous hashing over the members says who should have a
 * station, its lease says who has it; so nodes that see different members disagree about who should,
 * and never about who does.
 */
import { asyncScheduler, interval, Subscription, type SchedulerLike } from 'rxjs';
import type { Log } from '../log.js';
import { LEASE_TIMES, type Lease, type Leases, type LeaseTimes } from './lease.js';
import { heirOf, isFullAt, MEMBER_KIND, memberLease, membersOf, memberValue, takerOf, type Member } from './member.js';

/** What is done with the stations that this node has. */
export interface Listening {
  /** Ids of all stations that somebody should listen to. */
  wanted(): Iterable<string>;
  wants(station: string): boolean;
  /** Begins. Whatever is recorded must carry the lease's number, and only while it is held. */
  begin(station: string, lease: Lease): void;
  /** Goes on under another lease: the first was lost by its engine, and nobody else can have begun. */
  goOn(station: string, lease: Lease): void;
  /** Ends at once; resolves when nothing of it runs any more. */
  end(station: string): Promise<void>;
}

export interface OwnershipOptions {
  readonly leases: Leases;
  readonly listening: Listening;
  /** Unique among the nodes: letters, digits, dots, dashes and underscores. */
  readonly node: string;
  /** Share of the stations in proportion to those of other nodes, above 0. */
  readonly weight: number;
  /** Load of the busiest thread now, 0 to 1. */
  readonly load: () => number;
  readonly log: Log;
  readonly times?: LeaseTimes;
  readonly scheduler?: SchedulerLike;
  /** Kept with the lease of a station at each renewal. */
  readonly value?: (station: string) => string;
  /** Called with the values of all leases of stations, by id, about every 3 s. */
  readonly onValues?: (values: ReadonlyMap<string, string>) => void;
}

type Resolved = Required<Omit<OwnershipOptions, 'value' | 'onValues'>> & Pick<OwnershipOptions, 'value' | 'onValues'>;

const STATION_KIND = 'station';
/** Stations that are taken at the same time. */
const AT_ONCE = 8;
/** Looks at the members without looking at all leases. */
const LOOKS_PER_LISTING = 3;
/** A name of a node that ended without leaving is free by then. */
const LOOKS_UNTIL_NAMED = 10;
/** Of a renewal: how often the own clock is looked at, and the members. */
const CHECKS_PER_RENEWAL = 8;
const LOOKS_PER_RENEWAL = 2;

export class Ownership {
  readonly #options: Resolved;
  readonly #timers = new Subscription();
  readonly #held = new Map<string, Lease>();
  /** Stations that are being acquired, ended or given away: one thing at a time for each. */
  readonly #busy = new Map<string, Promise<void>>();
  /** Leases that ended without an answer: a renewal on its way may still arrive and keep them from others. */
  readonly #left = new Set<Lease>();
  /** Stations of other nodes when they were last listed, and what was learnt since. */
  #taken = new Set<string>();
  #members: readonly Member[] = [];
  #self: Member;
  #membership: Lease | undefined;
  #looks = 0;
  #isLooking = false;
  #isRenewing = false;
  #isGiving = false;
  #isTaking = false;
  #isAway = false;
  #isClosed = false;

  constructor({ times = LEASE_TIMES, scheduler = asyncScheduler, ...options }: OwnershipOptions) {
    this.#options = { ...options, times, scheduler };
    this.#self = { name: options.node, weight: options.weight, isFull: false, isLeaving: false };
  }

  /** Joins, and takes its stations as soon as they are free. */
  start(): void {
    const { leases, times: { renewMs }, scheduler } = this.#options;
    this.#timers.add(interval(renewMs / CHECKS_PER_RENEWAL, scheduler).subscribe(() => this.#endOverdue()));
    this.#timers.add(interval(renewMs, scheduler).subscribe(() => void this.#renew()));
    this.#timers.add(interval(renewMs / LOOKS_PER_RENEWAL, scheduler).subscribe(() => void this.look()));
    this.#timers.add(leases.released$.subscribe((name) => this.#onReleased(name)));
    void this.look();
  }

  /** Names of the members when they were last looked at, this node included. */
  get members(): readonly string[] {
    return this.#members.map(({ name }) => name);
  }

  /** The station's lease while this node has it. Ask `isHeld` before every act. */
  lease(station: string): Lease | undefined {
    return this.#held.get(station);
  }

  /** Looks at once, as after a change of the stations. */
  async look(): Promise<void> {
    if (this.#isLooking || this.#isClosed) return;
    this.#isLooking = true;
    try {
      await this.#look();
      this.#onAnswer();
      void this.#releaseLeft();
    } catch (error) {
      this.#onNoAnswer(error);
    } finally {
      this.#isLooking = false;
    }
  }

  /** Gives all stations away, one after the other, and leaves. Then or at the latest after the time, what is left is ended and its leases are released. */
  async leave(timeoutMs: number): Promise<void> {
    const { times: { renewMs }, scheduler } = this.#options;
    const deadlineMs = scheduler.now() + timeoutMs;
    this.#self = { ...this.#self, isLeaving: true };
    await this.#membership?.renew(memberValue(this.#self)).catch(() => {}); // Without an answer nobody takes them before the end.
    // The others see it when they look next.
    const others = this.#members.filter(({ name, isLeaving }) => name !== this.#self.name && !isLeaving).length;
    if (others > 0 && this.#held.size > 0) await after(Math.min(timeoutMs, 1.5 * renewMs / LOOKS_PER_RENEWAL), scheduler);
    while (this.#held.size > 0 && others > 0 && scheduler.now() < deadlineMs) {
      const [station] = this.#held.keys();
      await this.#give(station!);
    }
    await this.close();
  }

  /** Ends all at once and releases the leases. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.all(this.#busy.values());
    await Promise.all([...this.#held.keys()].map((station) => this.#give(station)));
    this.#timers.unsubscribe();
    await this.#membership?.release();
  }

  async #look(): Promise<void> {
    const { leases, listening, log } = this.#options;
    await this.#join();
    const before = this.#members;
    this.#members = membersOf(await leases.values(MEMBER_KIND));
    const names = new Set(this.members);
    const gone = before.filter(({ name }) => !names.has(name));
    if (gone.length > 0 || before.length !== names.size) log.info('the members of the cluster changed', { members: this.members, gone: gone.map(({ name }) => name) });
    // Leases of a node that is gone end about when its membership does.
    if (gone.length > 0) this.#looks = 0;
    if (this.#looks % LOOKS_PER_LISTING === 0 || this.#looks < 2 * LOOKS_PER_LISTING) await this.#list();
    this.#looks++;
    if (this.#isClosed) return;

    for (const station of [...this.#held.keys()].filter((each) => !listening.wants(each))) void this.#give(station);
    if (this.#self.isLeaving) return;
    void this.#takeAll();
    void this.#giveAll();
  }

  async #list(): Promise<void> {
    const { leases, onValues } = this.#options;
    if (!onValues) return void (this.#taken = new Set(await leases.names(STATION_KIND)));
    const values = await leases.values(STATION_KIND);
    this.#taken = new Set(values.keys());
    onValues(new Map([...values].map(([name, value]) => [name.slice(STATION_KIND.length + 1), value])));
  }

  /** Takes what this node should have and nobody has, until all is taken or there is no answer. */
  async #takeAll(): Promise<void> {
    if (this.#isTaking) return;
    this.#isTaking = true;
    const free = [...this.#options.listening.wanted()].filter((station) => !this.#held.has(station) && !this.#taken.has(stationLease(station)) && this.#isMine(station)).values();
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (const station of free) {
        if (this.#isAway || this.#isClosed || this.#self.isLeaving) return;
        await this.#take(station);
      }
    }));
    this.#isTaking = false;
  }

  async #releaseLeft(): Promise<void> {
    await Promise.all([...this.#left].map(async (lease) => {
      if (await lease.release()) this.#left.delete(lease);
    }));
  }

  /** Gives stations one after the other to those who should have them. */
  async #giveAll(): Promise<void> {
    if (this.#isGiving) return;
    this.#isGiving = true;
    for (const station of [...this.#held.keys()]) {
      if (!this.#isClosed && !this.#self.isLeaving && heirOf(station, this.#self.name, this.#members)) await this.#give(station);
    }
    this.#isGiving = false;
  }

  async #join(): Promise<void> {
    if (this.#membership?.isHeld || this.#isClosed) return;
    const { leases, node, log } = this.#options;
    this.#membership = await leases.acquire(memberLease(node), memberValue(this.#self), this.#membership);
    if (!this.#membership && this.#looks === LOOKS_UNTIL_NAMED) log.warn('this node can not join the cluster, as another one has its name; choose another with --node', { node });
  }

  #isMine(station: string): boolean {
    return takerOf(station, this.#members)?.name === this.#self.name;
  }

  async #renew(): Promise<void> {
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    this.#self = { ...this.#self, isFull: isFullAt(this.#options.load(), this.#self.isFull) };
    try {
      await Promise.all([
        this.#membership?.renew(memberValue(this.#self)),
        ...[...this.#held].map(([station, lease]) => this.#renewStation(station, lease)),
      ]);
    } catch (error) {
      this.#onNoAnswer(error);
    } finally {
      this.#isRenewing = false;
    }
  }

  async #renewStation(station: string, lease: Lease): Promise<void> {
    if (await lease.renew(this.#options.value?.(station)) || this.#held.get(station) !== lease || this.#busy.has(station)) return;
    const { leases, listening, log } = this.#options;
    if (lease.isInTime) {
      // An engine that lost its data knows no lease. Who is still in time may go on.
      const next = await leases.acquire(stationLease(station), '', lease);
      if (next && this.#held.get(station) === lease) {
        this.#held.set(station, next);
        return listening.goOn(station, next);
      }
      await next?.release();
    }
    log.warn('the lease of a station was lost', { stream: station });
    // It may only have been renewed too late.
    this.#left.add(lease);
    await this.#end(station);
  }

  /** Stops what this node may not do any more, whatever the engine says. */
  #endOverdue(): void {
    const overdue = [...this.#held].filter(([station, lease]) => !lease.isInTime && !this.#busy.has(station));
    if (overdue.length === 0) return;
    this.#options.log.error('leases could not be renewed in time, so their stations are stopped', { stations: overdue.length });
    for (const [station, lease] of overdue) {
      this.#left.add(lease);
      void this.#end(station);
    }
  }

  #onReleased(name: string): void {
    if (!name.startsWith(`${STATION_KIND}.`)) return;
    const station = name.slice(STATION_KIND.length + 1);
    this.#taken.delete(name);
    if (this.#isClosed || this.#self.isLeaving || this.#held.has(station) || !this.#options.listening.wants(station) || !this.#isMine(station)) return;
    void this.#take(station);
  }

  #take(station: string): Promise<void> {
    return this.#alone(station, async () => {
      const { leases, listening } = this.#options;
      const lease = await leases.acquire(stationLease(station));
      if (!lease) return void this.#taken.add(stationLease(station));
      if (this.#isClosed || this.#self.isLeaving) return void await lease.release();
      this.#held.set(station, lease);
      listening.begin(station, lease);
    });
  }

  /** Stops first, then releases. */
  #give(station: string): Promise<void> {
    return this.#alone(station, async () => {
      const lease = this.#held.get(station);
      if (!lease) return;
      this.#held.delete(station);
      await this.#options.listening.end(station);
      if (!await lease.release()) this.#left.add(lease);
      this.#taken.add(stationLease(station));
    });
  }

  #end(station: string): Promise<void> {
    return this.#alone(station, async () => {
      if (this.#held.delete(station)) await this.#options.listening.end(station);
    });
  }

  async #alone(station: string, work: () => Promise<void>): Promise<void> {
    if (this.#busy.has(station)) return this.#busy.get(station);
    const done = work().catch((error: unknown) => this.#onNoAnswer(error)).finally(() => this.#busy.delete(station));
    this.#busy.set(station, done);
    await done;
  }

  #onAnswer(): void {
    if (this.#isAway) this.#options.log.info('the leases answer again');
    this.#isAway = false;
  }

  #onNoAnswer(error: unknown): void {
    if (!this.#isAway && !this.#isClosed) this.#options.log.error('the leases do not answer; stations stop unless they do soon', { reason: (error as Error).message });
    this.#isAway = true;
  }
}

const stationLease = (station: string): string => `${STATION_KIND}.${station}`;

function after(ms: number, scheduler: SchedulerLike): Promise<void> {
  return new Promise((resolve) => void scheduler.schedule(() => resolve(), ms));
}
