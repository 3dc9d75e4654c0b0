/**
 * Down: a station is not heard at all, for want of a connection, of bytes or of a decoder. A return
 * has to last before it counts, so a station that comes and goes is down once, not many times.
 */
import type { StationEvent } from '../../stations/station-event.js';
import { duration } from '../format.js';
import type { Finding, Follower, RuleOf } from './rule.js';

/** How long a return has to last, and how long the first connection may take. */
const SETTLED_AFTER_MS = 10_000;

export class Down implements Follower {
  readonly #forMs: number;
  #isOpen: boolean;
  #sinceMs: number | undefined;
  /** When it was heard again, while that may still be a short return. */
  #backMs: number | undefined;
  #hasFailed = false;
  #reason: string | null = null;

  constructor(rule: RuleOf<'down'>, openSinceMs: number | null = null) {
    this.#forMs = 1000 * rule.forS;
    this.#isOpen = openSinceMs !== null;
    this.#sinceMs = openSinceMs ?? undefined;
  }

  take(event: StationEvent): Finding | undefined {
    if (event.type !== 'state') return undefined;
    const finding = this.tick(event.atMs);
    switch (event.state) {
      case 'live':
      case 'silent':
        if (this.#sinceMs !== undefined) this.#backMs ??= event.atMs;
        break;
      case 'stopped':
        // Nobody listens: nothing is missed. Who switched it off ends what is open.
        if (!this.#isOpen) this.#clear();
        break;
      case 'connecting':
      case 'stalled':
      case 'failing':
        this.#sinceMs ??= event.atMs;
        this.#backMs = undefined;
        this.#hasFailed ||= event.state !== 'connecting';
        // A new attempt says nothing about why the last one failed.
        this.#reason = event.reason ?? this.#reason;
    }
    return finding ?? this.tick(event.atMs);
  }

  tick(nowMs: number): Finding | undefined {
    if (this.#sinceMs === undefined) return undefined;
    const fromMs = this.#sinceMs;
    const details = { reason: this.#reason };
    if (this.#backMs !== undefined) {
      if (nowMs - this.#backMs < SETTLED_AFTER_MS) return undefined;
      const toMs = this.#backMs;
      const wasOpen = this.#isOpen;
      this.#clear();
      return wasOpen ? { kind: 'recovered', atMs: nowMs, fromMs, toMs, sentence: `heard again after ${duration(toMs - fromMs)}.`, details } : undefined;
    }
    const afterMs = this.#hasFailed ? this.#forMs : Math.max(this.#forMs, SETTLED_AFTER_MS);
    if (this.#isOpen || nowMs - fromMs < afterMs) return undefined;
    this.#isOpen = true;
    return { kind: 'raised', atMs: nowMs, fromMs, toMs: null, sentence: `down for ${duration(nowMs - fromMs)}. ${this.#reason ?? 'Nothing comes from it.'}`, details };
  }

  #clear(): void {
    this.#isOpen = this.#hasFailed = false;
    this.#sinceMs = this.#backMs = undefined;
    this.#reason = null;
  }
}
