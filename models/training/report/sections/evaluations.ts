/** Results of `evaluate`: the model in the live pipeline. */
import { html } from '../html.js';
import { commandOf } from '../evaluation.js';
import { evaluationTables } from '../evaluation-tables.js';
import type { SectionBuilder } from '../section.js';
import { table } from '../table.js';

export const live: SectionBuilder = ({ evaluations }) => (evaluations === undefined || evaluations.length === 0 ? undefined : {
  id: 'live',
  title: 'In the live pipeline',
  body: html`${evaluationTables(evaluations).map((each) => table(each))}
${evaluations.map(({ notMusic }) => typeof notMusic === 'string' && html`<p>${notMusic}</p>`)}
<details><summary>Commands</summary><pre>${evaluations.map((evaluation) => commandOf([evaluation])).join('\n')}</pre></details>`,
});
