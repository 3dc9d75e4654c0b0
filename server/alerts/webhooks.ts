/**
 * Delivers every event as a signed POST to every target, with retries. Each target gets one request
 * at a time and has its own exponential backoff, so a slow or broken one delays no other and is not
 * flooded when it recovers.
 */
import { asyncScheduler, merge, Subject, Subscription, timer, type SchedulerLike } from 'rxjs';
import type { Log } from '../log.js';
import { addressProblem, basicAuthorization, credentialsOf, WEBHOOK_ADDRESS } from '../network/address.js';
import type { Guard } from '../network/guard/guard.js';
import { VERSION } from '../version.js';
import { eventId, eventJson, type AlertEvent } from './event.js';
import type { Delivery, NewDelivery } from '../store/deliveries.js';
import { logFields, type Outbox } from './outbox.js';
import { post, type Posted } from './post.js';
import { keyOf, sign, type Key } from './signature.js';

export interface WebhooksOptions {
  readonly outbox: Outbox;
  /** Empty: unsigned. */
  readonly secret: string;
  readonly log: Log;
  readonly guard: Guard;
  readonly scheduler?: SchedulerLike;
  /** 0 to 1, for the jitter. */
  readonly random?: () => number;
  /** Requests at once, each to another target. */
  readonly maxConcurrent?: number;
  /** Of several nodes: whether this one may still speak of a station. Asked before every request. */
  readonly mayDeliver?: (stationId: string) => boolean;
}

/** Of an event, one for each target. */
export function deliveriesOf(event: AlertEvent, targets: readonly string[]): NewDelivery[] {
  const body = eventJson(event);
  const id = eventId(event);
  return [...new Set(targets)].map((target) => ({ eventId: id, alertId: event.id, stationId: event.station.id, target, body }));
}

/** Timeout of a request. */
const ANSWER_MS = 10_000;
/** Wait before the first retry; it doubles with each. */
const RETRY_MIN_MS = 5000;
const RETRY_MAX_MS = 3_600_000;
/** Longest accepted `Retry-After`. */
const RETRY_AFTER_MAX_MS = 86_400_000;
export const GIVE_UP_AFTER_MS = 3 * 86_400_000;
const MAX_CONCURRENT = 32;
/** Longest interval between two scans of the outbox. */
const DISPATCH_EVERY_MS = 60_000;
/** Time for running requests to end at shutdown. */
const CLOSE_MS = 2000;

/** Backoff of a target after failures. */
interface Backoff {
  readonly failures: number;
  readonly untilMs: number;
}

type Answer = { readonly ok: true } | { readonly ok: false; readonly failure: string; readonly isGone: boolean; readonly retryAfterMs: number };

export class Webhooks {
  readonly #outbox: Outbox;
  readonly #key: Key | undefined;
  readonly #log: Log;
  readonly #guard: Guard;
  readonly #scheduler: SchedulerLike;
  readonly #random: () => number;
  readonly #maxConcurrent: number;
  /** Running requests by target. */
  readonly #running = new Map<string, { readonly stationId: string; readonly done: Promise<void> }>();
  readonly #mayDeliver: (stationId: string) => boolean;
  /** Stations of which nothing more is sent. */
  readonly #left = new Set<string>();
  readonly #backoffs = new Map<string, Backoff>();
  /** Aborts the running requests at shutdown. */
  readonly #abort = new Subject<void>();
  #timer: Subscription | undefined;
  /** For an outbox that can not be read. */
  readonly #waits = new Subscription();
  #isClosed = false;
  #isAborted = false;

  /** @throws SettingError when the secret is malformed */
  constructor({ outbox, secret, log, guard, scheduler = asyncScheduler, random = Math.random, maxConcurrent = MAX_CONCURRENT, mayDeliver = () => true }: WebhooksOptions) {
    this.#outbox = outbox;
    this.#key = secret === '' ? undefined : keyOf(secret);
    this.#log = log;
    this.#guard = guard;
    this.#scheduler = scheduler;
    this.#random = random;
    this.#maxConcurrent = maxConcurrent;
    this.#mayDeliver = mayDeliver;
    this.#dispatch();
  }

  /** Number of targets that wait after a failure. */
  get failingTargets(): number {
    return this.#backoffs.size;
  }

  /** @param targets URLs; duplicates are ignored */
  send(event: AlertEvent, targets: readonly string[]): void {
    // Saved before it is sent, so that it is known after a crash.
    void this.#outbox.put(deliveriesOf(event, targets), this.#scheduler.now()).then(() => this.#dispatch());
  }

  /** Goes on with the pending deliveries of a station that another node has left. */
  async take(stationId: string): Promise<void> {
    this.#left.delete(stationId);
    for (let isFirst = true; !await this.#areTaken(stationId, isFirst); isFirst = false) {
      await new Promise((resolve) => this.#waits.add(timer(RETRY_MIN_MS, this.#scheduler).subscribe(resolve)));
      if (this.#left.has(stationId)) return;
    }
    this.#dispatch();
  }

  async #areTaken(station: string, isFirst: boolean): Promise<boolean> {
    try {
      await this.#outbox.take(station);
      return true;
    } catch (error) {
      if (isFirst) this.#log.error('pending deliveries of a station can not be read yet', { station, reason: String(error) });
      return false;
    }
  }

  /** Sends nothing more of a station; resolves when no request of it runs, at the latest after 2 s. */
  async leave(stationId: string): Promise<void> {
    this.#left.add(stationId);
    const running = [...this.#running.values()].filter((each) => each.stationId === stationId);
    await Promise.race([Promise.all(running.map(({ done }) => done)), new Promise((resolve) => timer(CLOSE_MS, this.#scheduler).subscribe(resolve))]);
    await this.#outbox.leave(stationId);
  }

  /** Discards a station's pending deliveries to other targets than these. */
  dropRemovedTargets(stationId: string, targets: readonly string[]): void {
    const isRemoved = (delivery: Delivery): boolean => delivery.stationId === stationId && !targets.includes(delivery.target);
    this.#outbox.giveUpWhere(isRemoved, this.#scheduler.now(), 'The target was removed.');
  }

  /** Resolves when no request runs. Unanswered deliveries are sent after the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.unsubscribe();
    this.#waits.unsubscribe();
    const timeout = timer(CLOSE_MS, this.#scheduler).subscribe(() => {
      this.#isAborted = true;
      this.#abort.next();
    });
    await Promise.all([...this.#running.values()].map(({ done }) => done));
    timeout.unsubscribe();
    await this.#outbox.save();
  }

  /** Starts the requests that are due, and sets the timer for the next. */
  #dispatch(): void {
    if (this.#isClosed) return;
    const nowMs = this.#scheduler.now();
    this.#outbox.giveUpWhere(({ createdAtMs }) => nowMs - createdAtMs > GIVE_UP_AFTER_MS, nowMs, 'It was not accepted within 3 days.');
    void this.#outbox.save();
    this.#forgetBackoffs();
    let nextMs = nowMs + DISPATCH_EVERY_MS;
    for (const delivery of this.#outbox.candidates()) {
      if (this.#running.size >= this.#maxConcurrent) break;
      const { target, stationId } = delivery;
      if (this.#running.has(target) || this.#left.has(stationId) || !this.#mayDeliver(stationId)) continue;
      const dueMs = Math.max(delivery.nextAtMs, this.#backoffs.get(target)?.untilMs ?? 0);
      if (dueMs > nowMs) nextMs = Math.min(nextMs, dueMs);
      else this.#running.set(target, { stationId, done: this.#deliver(delivery) });
    }
    this.#timer?.unsubscribe();
    this.#timer = timer(nextMs - nowMs, this.#scheduler).subscribe(() => this.#dispatch());
  }

  /** A target that has no deliveries left, since they were given up, is never asked again. */
  #forgetBackoffs(): void {
    if (this.#backoffs.size === 0) return;
    const targets = this.#outbox.targets();
    for (const target of this.#backoffs.keys()) if (!targets.has(target)) this.#backoffs.delete(target);
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const answer = await this.#post(delivery);
    this.#running.delete(delivery.target);
    if (answer) this.#settle(delivery, answer);
    this.#dispatch();
  }

  #settle(delivery: Delivery, answer: Answer): void {
    const { target, attempts } = delivery;
    const nowMs = this.#scheduler.now();
    if (answer.ok) {
      this.#backoffs.delete(target);
      this.#outbox.done(delivery, nowMs);
      return this.#log.debug('a webhook was delivered', { ...logFields(delivery), attempts: attempts + 1 });
    }
    const { failure, isGone, retryAfterMs } = answer;
    if (isGone) return this.#outbox.giveUp(delivery, nowMs, failure);
    const failures = (this.#backoffs.get(target)?.failures ?? 0) + 1;
    this.#backoffs.set(target, { failures, untilMs: nowMs + Math.max(this.#wait(failures), retryAfterMs) });
    const waitMs = Math.max(this.#wait(attempts + 1), retryAfterMs);
    this.#outbox.retry(delivery, nowMs + waitMs, failure);
    this.#log[attempts === 0 ? 'warn' : 'debug']('a webhook was not delivered; retrying', { ...logFields(delivery), attempts: attempts + 1, failure, inMs: waitMs });
  }

  /** Exponential backoff with jitter over its upper half, so that simultaneous failures are not retried simultaneously. */
  #wait(failures: number): number {
    const wholeMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** (failures - 1));
    return Math.round(wholeMs * (0.5 + 0.5 * this.#random()));
  }

  /** @returns undefined when the server stopped before the target answered */
  async #post({ eventId: id, target, body }: Delivery): Promise<Answer | undefined> {
    // Targets of an earlier version's stations file or outbox; new ones are refused at the door.
    const problem = addressProblem(target, WEBHOOK_ADDRESS);
    if (problem !== undefined) return { ok: false, failure: `The address can never work: ${problem}.`, isGone: true, retryAfterMs: 0 };
    const timestampS = Math.floor(this.#scheduler.now() / 1000);
    const abort = new AbortController();
    const timeout = merge(timer(ANSWER_MS, this.#scheduler), this.#abort).subscribe(() => abort.abort());
    try {
      const url = new URL(target);
      const credentials = credentialsOf(url);
      return this.#read(await post(url, this.#guard, {
        body,
        signal: abort.signal,
        headers: {
          'content-type': 'application/json',
          'user-agent': `livegenre/${VERSION}`,
          'webhook-id': id,
          'webhook-timestamp': String(timestampS),
          ...(this.#key && { 'webhook-signature': sign(this.#key, id, timestampS, body) }),
          ...(credentials && { authorization: basicAuthorization(credentials) }),
        },
      }));
    } catch (error) {
      if (this.#isAborted) return undefined;
      const failure = abort.signal.aborted ? `It did not answer within ${ANSWER_MS / 1000} s.` : `It could not be reached: ${reasonOf(error)}.`;
      return { ok: false, failure, isGone: false, retryAfterMs: 0 };
    } finally {
      timeout.unsubscribe();
    }
  }

  #read({ status, headers }: Posted): Answer {
    if (status >= 200 && status < 300) return { ok: true };
    const isRedirect = status >= 300 && status < 400;
    return {
      ok: false,
      failure: `It answered ${status}${isRedirect ? '; redirects are not followed' : ''}.`,
      isGone: status === 410,
      retryAfterMs: retryAfterMs(headers['retry-after'], this.#scheduler.now()),
    };
  }
}

/** Parses `Retry-After`: seconds or a date (RFC 9110, section 10.2.3); anything else counts as 0. */
function retryAfterMs(value: string | undefined, nowMs: number): number {
  if (value === undefined) return 0;
  const ms = /^\d+$/.test(value) ? 1000 * Number(value) : Date.parse(value) - nowMs;
  return Math.min(RETRY_AFTER_MAX_MS, Math.max(0, ms || 0));
}

/** A host with several addresses fails with one error for each, and no message of its own. */
function reasonOf(error: unknown): string {
  const { message, code, errors } = error as NodeJS.ErrnoException & { readonly errors?: readonly Error[] };
  return message || errors?.[0]?.message || (code ?? String(error));
}
