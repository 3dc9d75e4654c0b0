/** The time range of a request: `from` and `to`, each optional. */
import { z } from '@hono/zod-openapi';
import { ProtocolError } from '../../protocol/errors.js';
import type { Range } from '../../store/store.js';

/** A date, or a date and time with a time zone, which is required because the server can't guess it. */
const ISO_TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d))?$/;
/** The last time that a Date can hold (ECMA-262). */
const LAST_MS = 8.64e15;

const time = z.string().transform((text, context): number => {
  // An unescaped plus sign is decoded as a space.
  const iso = text.replace(' ', '+');
  const atMs = /^\d{1,16}$/.test(text) ? Number(text) : ISO_TIME.test(iso) ? Date.parse(iso) : NaN;
  if (atMs <= LAST_MS) return atMs;
  context.issues.push({ code: 'custom', input: text, message: `must be a time such as 2026-11-21T12:00:00Z, or ms since 1970; it is ${JSON.stringify(text)}` });
  return z.NEVER;
}).optional();

/** For the query of a route. */
export const rangeQuery = z.object({
  from: time.meta({ description: 'ISO 8601, or ms since 1970' }),
  to: time.meta({ description: 'ISO 8601, or ms since 1970. Default: now' }),
});

/**
 * @param defaultMs length of the range if there is no `from`
 * @throws ProtocolError `bad-request` unless `from` is before `to`
 */
export function timeRange({ from, to }: z.output<typeof rangeQuery>, nowMs: number, defaultMs: number): Range {
  const toMs = to ?? Math.floor(nowMs);
  const fromMs = from ?? Math.max(0, toMs - defaultMs);
  if (fromMs >= toMs) throw new ProtocolError('bad-request', `from must be before to; it is ${isoTime(fromMs)}, and to is ${isoTime(toMs)}.`);
  return { fromMs, toMs };
}

export function isoTime(atMs: number): string {
  return new Date(atMs).toISOString();
}
