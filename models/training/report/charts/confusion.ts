/** Confusion matrix as a table. Shade: square root of the share of the true genre, so that small shares are visible. */
import { html, type Markup } from '../html.js';

export function confusionTable(confusion: ReadonlyArray<readonly number[]>, labels: readonly string[], items: string): Markup {
  return html`<div><p class="quiet">Rows: true genre. Columns: predicted genre. A darker shade is a larger share of the row; correct predictions are outlined.</p>
<div class="scroll" role="region" aria-label="Confusion matrix" tabindex="0"><table class="confusion">
<caption>Numbers of ${items}</caption>
<thead><tr><td></td>${labels.map((label) => html`<th scope="col"><span>${label}</span></th>`)}</tr></thead>
<tbody>
${confusion.map((row, truth) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return html`<tr><th scope="row" title="${labels[truth]}">${labels[truth]}</th>${row.map((count, answer) => html`<td class="${[truth === answer && 'right', count === 0 && 'none'].filter(Boolean).join(' ')}" style="--depth:${total > 0 ? Math.sqrt(count / total).toFixed(3) : 0}">${count}</td>`)}</tr>
`;
  })}</tbody></table></div></div>`;
}
