/** Texts about stations: states, alerts, times. */
import type { AlertType, StationState } from '../../../server/protocol/messages.js';

/** In the order of urgency. */
export const STATES: readonly StationState[] = ['failing', 'stalled', 'silent', 'connecting', 'live', 'stopped'];

export const STATE_NAMES: Readonly<Record<StationState, string>> = {
  failing: 'Failing', stalled: 'Stalled', silent: 'Silent', connecting: 'Connecting', live: 'Live', stopped: 'Stopped',
};

export const STATE_MEANINGS: Readonly<Record<StationState, string>> = {
  failing: 'The connection failed; trying again',
  stalled: 'Connected, but no data arrives',
  silent: 'Data arrives, but it is silent',
  connecting: 'Connecting to the source',
  live: 'Audio is arriving',
  stopped: 'Switched off',
};

export const ALERT_NAMES: Readonly<Record<AlertType, string>> = {
  'dead-air': 'Dead air', down: 'Down', speech: 'Only speech', drift: 'Format drift', mood: 'Another mood', 'genre-changed': 'Genre changed',
};

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** "14:05", in the reader's time zone. @param ms since 1970 */
export function timeOfDay(ms: number, withSeconds = false): string {
  const date = new Date(ms);
  const parts = [date.getHours(), date.getMinutes(), ...(withSeconds ? [date.getSeconds()] : [])];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** Time of day, with the day unless it is today: "14:05", "Fri 14:05", "3 Nov 14:05". */
export function timeWithDay(ms: number, nowMs: number): string {
  const [date, now] = [new Date(ms), new Date(nowMs)];
  if (date.toDateString() === now.toDateString()) return timeOfDay(ms);
  const day = nowMs - ms < 6 * DAY_MS ? WEEKDAYS[date.getDay()]! : `${date.getDate()} ${MONTHS[date.getMonth()]!}`;
  return `${day} ${timeOfDay(ms)}`;
}

/** Rounded duration: "40 s", "12 min", "3 h 5 min", "2 days". */
export function coarseDuration(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.max(0, Math.round(ms / 1000))} s`;
  const minutes = Math.floor(ms / MINUTE_MS);
  if (minutes < 60) return `${minutes} min`;
  if (ms < 2 * DAY_MS) return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(ms / DAY_MS)} days`;
}
