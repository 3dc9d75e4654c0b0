/** What alerts say: to the history, to webhooks, to MQTT and to the log alike. */
import type { AlertType } from '../protocol/messages.js';
import type { Rule } from '../stations/config.js';

export interface AlertEvent {
  /** Of the alert: the same when it is raised and when it is over. */
  readonly id: string;
  readonly station: { readonly id: string; readonly name: string };
  readonly type: AlertType;
  readonly kind: 'raised' | 'recovered' | 'happened';
  /** ms since 1970 when it was found out. */
  readonly atMs: number;
  readonly fromMs: number;
  /** Null while it goes on. */
  readonly toMs: number | null;
  /** For people. */
  readonly sentence: string;
  /** The rule that was broken; null where it is not known any more. */
  readonly rule: Rule | null;
  /** The numbers behind the sentence. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** An alert that is not over, as it is remembered across restarts. */
export interface OpenAlert {
  readonly id: string;
  readonly stationId: string;
  readonly stationName: string;
  readonly type: AlertType;
  readonly fromMs: number;
}

/** Of what was said: no two have the same. */
export const eventId = ({ id, kind }: AlertEvent): string => `${id}-${kind}`;

/** As programs are told it, by webhooks and MQTT. */
export function eventJson({ id, station, type, kind, atMs, fromMs, toMs, sentence, rule, details }: AlertEvent): string {
  return JSON.stringify({
    type: `${type}.${kind}`,
    id,
    at: iso(atMs),
    from: iso(fromMs),
    to: toMs === null ? null : iso(toMs),
    station: { id: station.id, name: station.name },
    sentence,
    rule,
    details,
  });
}

const iso = (ms: number): string => new Date(ms).toISOString();
