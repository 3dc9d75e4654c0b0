/** The most confident misclassifications. */
import { levelRamp, spectrogram } from '../charts/spectrogram.js';
import { legend } from '../charts/marks.js';
import { html } from '../html.js';
import { percent } from '../numbers.js';
import type { SectionBuilder } from '../section.js';

export const examples: SectionBuilder = ({ examples: shown, model: { labels, fMinHz, fMaxHz } }) => (shown.length === 0 ? undefined : {
  id: 'examples',
  title: 'Examples of confusions',
  body: html`<p>For each pair of genres the most confidently misclassified track, at the excerpt where the wrong genre was most probable. Below each spectrogram: probabilities of the predicted and of the true genre, block by block.</p>
${legend([{ series: 'first', name: 'predicted genre' }, { series: 'second', name: 'true genre' }])}
${levelRamp()}
<div class="examples">
${shown.map((example, index) => {
    const [truth, answer] = [labels[example.truth] ?? '?', labels[example.answer] ?? '?'];
    return html`<figure><h3>${truth}, classified as ${answer}</h3>${spectrogram({ id: `example-${index}`, example, truth, answer, fMinHz, fMaxHz })}
<figcaption>${example.id}; ${percent(example.p, 0)} confidence over the whole track</figcaption></figure>
`;
  })}</div>`,
});
