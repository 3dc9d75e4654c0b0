/** Formats numbers and labels for display. */

export { labelName } from '../../../server/drawing/label-name.js';

/** 0 to 1 as whole percent; only 1 is 100: 0.996 is 99. */
export function percent(p: number): string {
  return `${p < 1 ? Math.min(99, Math.round(p * 100)) : 100}`;
}

/** Time as m:ss, or h:mm:ss from one hour on. */
export function clockTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const tail = `:${String(rest).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}${tail}` : `${minutes}${tail}`;
}

/** Duration: "8 s", "2 min 5 s". */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const rest = seconds % 60;
  return rest === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${rest} s`;
}

/** Short duration: "45 ms" below one second, "1.2 s" above. */
export function delay(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** dBFS with one decimal and a typographic minus; the floor of -120 is shown as −∞. */
export function decibels(db: number): string {
  if (db <= -120) return '−∞';
  return db.toFixed(1).replace('-', '−');
}
