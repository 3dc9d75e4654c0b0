/** Rows as CSV (RFC 4180): lines end with CRLF, and what holds a comma, a quote or a line break is quoted. */

export type Cell = string | number | null;

/**
 * What a spreadsheet would take for a formula. Titles come from anybody's radio, so such a text gets
 * an apostrophe in front, which spreadsheets show as text
 * (https://owasp.org/www-community/attacks/CSV_Injection).
 */
const FORMULA = /^[=+\-@\t\r]/;

export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

function cell(value: Cell): string {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
