/** API tokens as the page of them shows them. */

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly stations: readonly string[] | null;
  readonly origins: readonly string[] | null;
  /** ISO 8601; null if never. */
  readonly usedAt: string | null;
}

const DAY_MS = 86_400_000;

/** ", for radio-one, pages of https://radio.example", or empty. */
export function boundText({ stations, origins }: Pick<ApiToken, 'stations' | 'origins'>): string {
  const bound = [...stations ?? [], ...(origins ?? []).map((origin) => `pages of ${origin}`)];
  return bound.length === 0 ? '' : `, for ${bound.join(', ')}`;
}

export function usedText(usedAt: string | null, nowMs: number): string {
  if (usedAt === null) return 'never used';
  const days = Math.floor((nowMs - Date.parse(usedAt)) / DAY_MS);
  return days < 1 ? 'used within a day' : `used ${days} ${days === 1 ? 'day' : 'days'} ago`;
}

/** What a field with commas holds. */
export function listOf(text: string): string[] {
  return text.split(',').map((each) => each.trim()).filter((each) => each !== '');
}
