/** A confusion matrix as a table: the number says it, the shade (by the root of the share of the true
 * genre, so that small shares show) helps the eye. */
import { html, type Markup } from '../html.js';

export function confusionTable(confusion: ReadonlyArray<readonly number[]>, labels: readonly string[], items: string): Markup {
  return html`<div><p class="quiet">Rows: the true genre. Columns: the answer. The larger the share of the row, the deeper the shade; right answers are outlined.</p>
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
