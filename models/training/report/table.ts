/** HTML tables: numbers right-aligned, the first cell as row header, wide tables scroll horizontally. */
import { html, type Markup } from './html.js';

type Cell = string | number | Markup;

export interface TableOptions {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: ReadonlyArray<readonly Cell[]>;
  /** Left-aligned text columns; the first column always is. */
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

/** A collapsed table, for numbers that a chart already shows. */
export function foldedTable(options: TableOptions): Markup {
  return html`<details><summary>${options.caption}</summary>${table(options)}</details>`;
}
