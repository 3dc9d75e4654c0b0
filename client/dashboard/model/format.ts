/** Numbers and labels as people read them. */

/** Labels that are words run together; every other is only written with a capital. */
const WRITTEN: Readonly<Record<string, string>> = { hiphop: 'Hip hop', rnb: 'R&B' };

/** A model's label as a word of the page: `drum_and_bass` becomes `Drum and bass`. */
export function labelName(label: string): string {
  const words = WRITTEN[label.toLowerCase()] ?? label.replace(/[_]+/g, ' ').trim();
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** 0 to 1 as whole percent: 0.996 is 99, as only certainty is 100. */
export function percent(p: number): string {
  return `${p < 1 ? Math.min(99, Math.round(p * 100)) : 100}`;
}

/** Time as m:ss, or h:mm:ss from an hour on. */
export function clockTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const tail = `:${String(rest).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}${tail}` : `${minutes}${tail}`;
}

/** A length in words: "8 s", "2 min 5 s". */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const rest = seconds % 60;
  return rest === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${rest} s`;
}

/** Delay: "45 ms" below a second, "1.2 s" above. */
export function delay(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** dBFS with one digit and a real minus sign; the floor of -120 is written as silence is: −∞. */
export function decibels(db: number): string {
  if (db <= -120) return '−∞';
  return db.toFixed(1).replace('-', '−');
}
