/** What an ordinary server does in a day, to say what a run amounts to: that of a small radio with 20 stations and a page that some hundred people open. */

export const ORDINARY_DAY = {
  /** Streams of clients. */
  streams: 100,
  /** Of these, connections that are lost and resumed. */
  resumed: 10,
  viewers: 100,
  /** Besides those of Prometheus. */
  requests: 1000,
  /** Added, changed or removed. */
  stations: 2,
  /** Connections to stations: each of the 20 is lost once. */
  connections: 20,
  /** Webhook deliveries of alerts that are raised or over. */
  alerts: 20,
  /** Added or revoked. */
  tokens: 1,
  /** Sent to be classified. */
  files: 5,
  /** People who listen through the server. */
  listeners: 3,
} as const;

export type EventName = keyof typeof ORDINARY_DAY;
export type Counts = Readonly<Record<EventName, number>>;

const DAYS_PER_MONTH = 30;

/** Months of an ordinary server's life in so many events: those of the kind of which there were least. */
export function monthsOf(counts: Counts): number {
  return Math.min(...(Object.keys(ORDINARY_DAY) as EventName[]).map((name) => counts[name] / ORDINARY_DAY[name] / DAYS_PER_MONTH));
}
