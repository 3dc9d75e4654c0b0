/** MQTT topics, all below the server's prefix. */
import type { AlertType } from '../protocol/messages.js';

export const TOPICS = {
  /** `online`, or `offline` at shutdown and as the last will. Retained. */
  availability: (prefix: string): string => `${prefix}/status`,
  /** JSON, retained. With `+` for all stations. */
  state: (prefix: string, stationId: string): string => `${prefix}/${stationId}/state`,
  /** `ON` or `OFF`, retained. */
  alert: (prefix: string, stationId: string, type: AlertType): string => `${prefix}/${stationId}/alerts/${type}`,
  /** Alert events with the JSON of the webhooks; not retained. */
  event: (prefix: string, stationId: string): string => `${prefix}/${stationId}/event`,
} as const;
