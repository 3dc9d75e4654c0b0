/**
 * Down: no audio arrives, because the connection, the bytes or the decoder are missing. Audio has to
 * last before the alert ends, so an intermittent station raises one alert, not many.
 */
import type { StationEvent } from '../../stations/station-event.js';
import { duration } from '../format.js';
import type { Finding, RuleEvaluator, RuleOf } from './rule.js';

/** How long audio has to last to end the alert, and how long the first connection may take. */
const SETTLED_AFTER_MS = 10_000;

export class Down implements RuleEvaluator {
  readonly #forMs: number;
  #isOpen: boolean;
  #sinceMs: number | undefined;
  /** When audio returned, until it has lasted long enough. */
  #backMs: number | undefined;
  #hasFailed = false;
  #reason: string | null = null;

  constructor(rule: RuleOf<'down'>, openSinceMs: number | null = null) {
    this.#forMs = 1000 * rule.forS;
    this.#isOpen = openSinceMs !== null;
    this.#sinceMs = openSinceMs ?? undefined;
  }

  push(event: StationEvent): Finding | undefined {
    if (event.type !== 'state') return undefined;
    const finding = this.tick(event.atMs);
    switch (event.state) {
      case 'live':
      case 'silent':
        if (this.#sinceMs !== undefined) this.#backMs ??= event.atMs;
        break;
      case 'stopped':
        // Switched off is not down. `Alerts` ends an open alert.
        if (!this.#isOpen) this.#clear();
        break;
      case 'connecting':
      case 'stalled':
      case 'failing':
        this.#sinceMs ??= event.atMs;
        this.#backMs = undefined;
        this.#hasFailed ||= event.state !== 'connecting';
        // A new attempt has no reason; keep that of the last failure.
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
      return wasOpen ? { kind: 'recovered', atMs: nowMs, fromMs, toMs, sentence: `back after ${duration(toMs - fromMs)}.`, details } : undefined;
    }
    const afterMs = this.#hasFailed ? this.#forMs : Math.max(this.#forMs, SETTLED_AFTER_MS);
    if (this.#isOpen || nowMs - fromMs < afterMs) return undefined;
    this.#isOpen = true;
    return { kind: 'raised', atMs: nowMs, fromMs, toMs: null, sentence: `down for ${duration(nowMs - fromMs)}. ${this.#reason ?? 'No audio arrives.'}`, details };
  }

  #clear(): void {
    this.#isOpen = this.#hasFailed = false;
    this.#sinceMs = this.#backMs = undefined;
    this.#reason = null;
  }
}
