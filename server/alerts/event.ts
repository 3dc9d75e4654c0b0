/** Alert events, as sent to the history, webhooks, MQTT and the log. */
import type { AlertType } from '../protocol/messages.js';
import type { Rule } from '../stations/config.js';

export interface AlertEvent {
  /** Id of the alert: the same when it is raised and when it ends. */
  readonly id: string;
  readonly station: { readonly id: string; readonly name: string };
  readonly type: AlertType;
  readonly kind: 'raised' | 'recovered' | 'happened';
  /** Time of detection, ms since 1970. */
  readonly atMs: number;
  readonly fromMs: number;
  /** Null while it is open. */
  readonly toMs: number | null;
  /** Description for people. */
  readonly sentence: string;
  /** The rule that raised it; null if that was removed before the restart. */
  readonly rule: Rule | null;
  /** The values in the sentence. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** An open alert as restored after a restart. */
export interface OpenAlert {
  readonly id: string;
  readonly stationId: string;
  readonly stationName: string;
  readonly type: AlertType;
  readonly fromMs: number;
}

/** Unique id of an event. */
export const eventId = ({ id, kind }: AlertEvent): string => `${id}-${kind}`;

/** The JSON body sent by webhooks and MQTT. */
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
