/** Tracks that it was surest about and wrong, to look at. */
import { levelRamp, spectrogram } from '../charts/spectrogram.js';
import { legend } from '../charts/marks.js';
import { html } from '../html.js';
import { percent } from '../numbers.js';
import type { SectionBuilder } from '../section.js';

export const examples: SectionBuilder = ({ examples: shown, model: { labels, fMinHz, fMaxHz } }) => (shown.length === 0 ? undefined : {
  id: 'examples',
  title: 'Confusions to look at',
  body: html`<p>Of each pair of genres the track that was taken for the other most surely, where the wrong answer was most probable. Below each spectrogram: how probable the answer and the true genre were, block by block.</p>
${legend([{ series: 'first', name: 'the answer' }, { series: 'second', name: 'the true genre' }])}
${levelRamp()}
<div class="examples">
${shown.map((example, index) => {
    const [truth, answer] = [labels[example.truth] ?? '?', labels[example.answer] ?? '?'];
    return html`<figure><h3>${truth}, taken for ${answer}</h3>${spectrogram({ id: `example-${index}`, example, truth, answer, fMinHz, fMaxHz })}
<figcaption>${example.id}; ${percent(example.p, 0)} sure over the whole track</figcaption></figure>
`;
  })}</div>`,
});
