/** The numbers of a file as JSON and as CSV (RFC 4180). */
import type { Stretch } from '../../../server/protocol/messages.js';
import type { FileAnalysis } from './file-analysis.js';

/** Text that a spreadsheet would take for a formula (https://owasp.org/www-community/attacks/CSV_Injection). */
const FORMULA = /^[=+\-@\t\r]/;

/** The answer with all stretches and live states. */
export function numbersAsJson(analysis: FileAnalysis): string {
  const { answer, stretches, live } = analysis;
  return `${JSON.stringify({
    ...answer,
    stretches: stretches.map(({ fromMs, toMs, state, genre, p, top }) => ({ fromMs, toMs, state, genre, p, top: top.map(([label, each]) => ({ genre: label, p: each })) })),
    live: live.map(({ fromMs, toMs, state, genre, p }) => ({ fromMs, toMs, state, genre, p: Math.round(p * 1e4) / 1e4 })),
  }, null, 2)}\n`;
}

/** A row for each stretch, with a column for each label. */
export function numbersAsCsv(stretches: readonly Stretch[], labels: readonly string[]): string {
  const rows = stretches.map(({ fromMs, toMs, state, genre, p, top }) => {
    const ps = new Map(top);
    return [fromMs / 1000, toMs / 1000, state, genre ?? '', p, ...labels.map((label) => ps.get(label) ?? '')];
  });
  return [['from_s', 'to_s', 'state', 'genre', 'p', ...labels], ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Name for a file that is saved: without the old ending and what file systems refuse. */
export function savedName(file: string, ending: string): string {
  const stem = file.replace(/\.[^.]{1,5}$/, '').replace(/[\\/:*?"<>|\p{Cc}]/gu, '_').slice(0, 100);
  return `${stem || 'file'}.${ending}`;
}
