/** Rows as CSV (RFC 4180): lines end with CRLF; cells with a comma, a quote or a line break are quoted. */

export type Cell = string | number | null;

/**
 * Text that a spreadsheet would run as a formula. Titles of radio streams and names of files are
 * strangers' text, so it is prefixed with an apostrophe, which makes spreadsheets show it as text
 * (https://owasp.org/www-community/attacks/CSV_Injection).
 */
const FORMULA = /^[=+\-@\t\r\n]/;

export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

function cell(value: Cell): string {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
