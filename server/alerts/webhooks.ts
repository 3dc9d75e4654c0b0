/**
 * Webhooks: every event as a signed POST to every target, again and again until it answers. Each
 * target gets one at a time and has a rest of its own after a failure, so a slow or broken one
 * holds up no other and is not hammered when it comes back.
 */
import { asyncScheduler, merge, Subject, timer, type SchedulerLike, type Subscription } from 'rxjs';
import type { Log } from '../log.js';
import { VERSION } from '../version.js';
import { eventId, eventJson, type AlertEvent } from './event.js';
import { shown, type Delivery, type Outbox } from './outbox.js';
import { keyOf, sign, type Key } from './signature.js';

export interface WebhooksOptions {
  readonly outbox: Outbox;
  /** Empty: unsigned. */
  readonly secret: string;
  readonly log: Log;
  readonly scheduler?: SchedulerLike;
  /** 0 to 1, for the jitter. */
  readonly random?: () => number;
}

/** Time for a target to answer. */
const ANSWER_MS = 10_000;
/** The first retry; the time doubles with each. */
const RETRY_MIN_MS = 5000;
const RETRY_MAX_MS = 3_600_000;
/** A target that asks for more patience than this doesn't get it. */
const RETRY_AFTER_MAX_MS = 86_400_000;
export const GIVE_UP_AFTER_MS = 3 * 86_400_000;
/** Targets that are asked at the same time. */
const MOST_AT_ONCE = 32;
/** The outbox is looked through at least this often. */
const LOOK_EVERY_MS = 60_000;
/** Time for running deliveries to end when the server stops. */
const CLOSE_MS = 2000;

/** How a target is doing that did not answer well. */
interface Rest {
  readonly failures: number;
  readonly untilMs: number;
}

type Answer = { readonly ok: true } | { readonly ok: false; readonly failure: string; readonly isGone: boolean; readonly retryAfterMs: number };

export class Webhooks {
  readonly #outbox: Outbox;
  readonly #key: Key | undefined;
  readonly #log: Log;
  readonly #scheduler: SchedulerLike;
  readonly #random: () => number;
  /** By target. */
  readonly #running = new Map<string, Promise<void>>();
  readonly #rests = new Map<string, Rest>();
  /** Cuts off what runs when the server can't wait any longer. */
  readonly #cut = new Subject<void>();
  #timer: Subscription | undefined;
  #isClosed = false;
  #isCut = false;

  /** @throws SettingError when the secret can't be one */
  constructor({ outbox, secret, log, scheduler = asyncScheduler, random = Math.random }: WebhooksOptions) {
    this.#outbox = outbox;
    this.#key = secret === '' ? undefined : keyOf(secret);
    this.#log = log;
    this.#scheduler = scheduler;
    this.#random = random;
    this.#look();
  }

  /** @param targets URLs; the same one twice is one */
  send(event: AlertEvent, targets: readonly string[]): void {
    const body = eventJson(event);
    const id = eventId(event);
    this.#outbox.put([...new Set(targets)].map((target) => ({ eventId: id, alertId: event.id, stationId: event.station.id, target, body })), this.#scheduler.now());
    this.#look();
  }

  /** What still waits for targets that a station has no more is not delivered. */
  keepOnly(stationId: string, targets: readonly string[]): void {
    const isUp = (delivery: Delivery): boolean => delivery.stationId === stationId && !targets.includes(delivery.target);
    this.#outbox.giveUpWhere(isUp, this.#scheduler.now(), 'The target was removed.');
  }

  /** Resolves when nothing runs any more; what was not answered is delivered after the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.unsubscribe();
    const patience = timer(CLOSE_MS, this.#scheduler).subscribe(() => {
      this.#isCut = true;
      this.#cut.next();
    });
    await Promise.all(this.#running.values());
    patience.unsubscribe();
    this.#outbox.save();
  }

  /** Starts what is due, and comes back when more is. */
  #look(): void {
    if (this.#isClosed) return;
    const nowMs = this.#scheduler.now();
    this.#outbox.giveUpWhere(({ createdAtMs }) => nowMs - createdAtMs > GIVE_UP_AFTER_MS, nowMs, 'It was not taken within 3 days.');
    this.#outbox.save();
    let nextMs = nowMs + LOOK_EVERY_MS;
    for (const delivery of this.#outbox.heads()) {
      if (this.#running.size >= MOST_AT_ONCE) break;
      const { target } = delivery;
      if (this.#running.has(target)) continue;
      const dueMs = Math.max(delivery.nextAtMs, this.#rests.get(target)?.untilMs ?? 0);
      if (dueMs > nowMs) nextMs = Math.min(nextMs, dueMs);
      else this.#running.set(target, this.#deliver(delivery));
    }
    this.#timer?.unsubscribe();
    this.#timer = timer(nextMs - nowMs, this.#scheduler).subscribe(() => this.#look());
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const answer = await this.#post(delivery);
    this.#running.delete(delivery.target);
    if (answer) this.#settle(delivery, answer);
    this.#look();
  }

  #settle(delivery: Delivery, answer: Answer): void {
    const { id, target, attempts } = delivery;
    const nowMs = this.#scheduler.now();
    if (answer.ok) {
      this.#rests.delete(target);
      this.#outbox.done(id, nowMs);
      return this.#log.debug('a webhook was delivered', { ...shown(delivery), attempts: attempts + 1 });
    }
    const { failure, isGone, retryAfterMs } = answer;
    if (isGone) return this.#outbox.giveUp(id, nowMs, failure);
    const failures = (this.#rests.get(target)?.failures ?? 0) + 1;
    this.#rests.set(target, { failures, untilMs: nowMs + Math.max(this.#wait(failures), retryAfterMs) });
    const waitMs = Math.max(this.#wait(attempts + 1), retryAfterMs);
    this.#outbox.retry(id, nowMs + waitMs, failure);
    this.#log[attempts === 0 ? 'warn' : 'debug']('a webhook was not delivered and is tried again', { ...shown(delivery), attempts: attempts + 1, failure, inMs: waitMs });
  }

  /** Exponential, the second half of it by chance: what failed together does not come back together. */
  #wait(failures: number): number {
    const wholeMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** (failures - 1));
    return Math.round(wholeMs * (0.5 + 0.5 * this.#random()));
  }

  /** @returns undefined when the server stopped before the target answered */
  async #post({ eventId: id, target, body }: Delivery): Promise<Answer | undefined> {
    const timestampS = Math.floor(this.#scheduler.now() / 1000);
    const abort = new AbortController();
    const patience = merge(timer(ANSWER_MS, this.#scheduler), this.#cut).subscribe(() => abort.abort());
    try {
      const { url, authorization } = withoutUserInfo(target);
      const response = await fetch(url, {
        method: 'POST',
        body,
        redirect: 'manual',
        signal: abort.signal,
        headers: {
          'content-type': 'application/json',
          'user-agent': `livegenre/${VERSION}`,
          'webhook-id': id,
          'webhook-timestamp': String(timestampS),
          ...(this.#key && { 'webhook-signature': sign(this.#key, id, timestampS, body) }),
          ...(authorization !== undefined && { authorization }),
        },
      });
      // The answer is there. Nothing in its body matters, not even how it fails.
      response.body?.cancel().catch(() => {});
      return this.#read(response);
    } catch (error) {
      if (this.#isCut) return undefined;
      const failure = abort.signal.aborted ? `It did not answer within ${ANSWER_MS / 1000} s.` : `It can not be reached: ${reasonOf(error)}.`;
      return { ok: false, failure, isGone: false, retryAfterMs: 0 };
    } finally {
      patience.unsubscribe();
    }
  }

  #read({ ok, status, headers }: Response): Answer {
    if (ok) return { ok };
    const isRedirect = status >= 300 && status < 400;
    return {
      ok,
      failure: `It answered ${status}${isRedirect ? '; redirects are not followed' : ''}.`,
      isGone: status === 410,
      retryAfterMs: retryAfterMs(headers.get('retry-after'), this.#scheduler.now()),
    };
  }
}

/** `Retry-After` is seconds or a date (RFC 9110, section 10.2.3); what is neither asks for nothing. */
function retryAfterMs(value: string | null, nowMs: number): number {
  if (value === null) return 0;
  const ms = /^\d+$/.test(value) ? 1000 * Number(value) : Date.parse(value) - nowMs;
  return Math.min(RETRY_AFTER_MAX_MS, Math.max(0, ms || 0));
}

/** A name and password in an address, which fetch refuses, as the header that they stand for. */
function withoutUserInfo(target: string): { url: URL; authorization: string | undefined } {
  const url = new URL(target);
  const { username, password } = url;
  url.username = url.password = '';
  if (username === '' && password === '') return { url, authorization: undefined };
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url, authorization: `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}` };
}

/** fetch says "fetch failed" and hides the reason behind it. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return cause instanceof Error ? cause.message || ('code' in cause ? String(cause.code) : cause.name) : String(error);
}
