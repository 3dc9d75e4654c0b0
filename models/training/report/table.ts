/** Tables: numbers to the right, the first cell of a row as its heading, wide ones scroll by themselves. */
import { html, type Markup } from './html.js';

type Cell = string | number | Markup;

export interface TableOptions {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: ReadonlyArray<readonly Cell[]>;
  /** Columns of text, which are set to the left; the first always is. */
  readonly words?: readonly number[];
}

export function table({ caption, head, rows, words = [] }: TableOptions): Markup {
  const left = (column: number): string => (column === 0 || words.includes(column) ? 'words' : 'number');
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${head.map((name, column) => html`<th scope="col" class="${left(column)}">${name}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${row.map((cell, column) => (column === 0 ? html`<th scope="row" class="words">${cell}</th>` : html`<td class="${left(column)}">${cell}</td>`))}</tr>
`)}</tbody></table></div>`;
}

/** A table behind a line that opens it, for numbers that a chart shows already. */
export function foldedTable(options: TableOptions): Markup {
  return html`<details><summary>${options.caption}</summary>${table(options)}</details>`;
}
