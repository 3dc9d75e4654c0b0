/** MQTT topics below the prefix of this server. */
import type { AlertType } from '../protocol/messages.js';

export const TOPICS = {
  /** `online`, or `offline` as its last will. Retained. */
  availability: (prefix: string): string => `${prefix}/status`,
  /** JSON, retained. With `+` for all stations. */
  state: (prefix: string, stationId: string): string => `${prefix}/${stationId}/state`,
  /** `ON` or `OFF`, retained. */
  alert: (prefix: string, stationId: string, type: AlertType): string => `${prefix}/${stationId}/alerts/${type}`,
  /** What webhooks are told, too; as it happens, not retained. */
  event: (prefix: string, stationId: string): string => `${prefix}/${stationId}/event`,
} as const;
