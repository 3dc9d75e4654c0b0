/** Formats durations, levels, shares and lists for the sentences of alerts. */

/** Two units at most: "15 s", "2 min 5 s", "1 h 3 min", "2 days 4 h". */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const days = Math.floor(seconds / 86_400);
  const parts: [count: number, unit: string][] = [
    [days, days === 1 ? 'day' : 'days'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return '0 s';
  return parts.slice(first, first + 2).filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`).join(' ');
}

export const level = (db: number): string => `${Math.round(db)} dBFS`;

export const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** "blues", "blues or jazz", "blues, jazz or rock". */
export function anyOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)!}`;
}
