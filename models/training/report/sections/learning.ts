/** Learning curves: loss and score of each stage per epoch. */
import { mark } from '../charts/marks.js';
import { axis, line, plot, type PlotScales } from '../charts/plot.js';
import type { ReportData } from '../data.js';
import { html, type Markup } from '../html.js';
import { counted, duration, plain, short } from '../numbers.js';
import type { SectionBuilder } from '../section.js';
import { foldedTable } from '../table.js';

type Stage = ReportData['stages'][number];
type Epoch = Stage['history'][number];

export const learning: SectionBuilder = ({ stages }) => {
  const shown = stages.filter(({ history }) => history.length > 0);
  if (shown.length === 0) return undefined;
  return { id: 'learning', title: 'Learning curves', body: html`${shown.map(stageCurves)}` };
};

function stageCurves({ name, scoreName, leaves, history }: Stage, index: number): Markup {
  const best = history.reduce((highest, epoch) => (epoch.score > highest.score ? epoch : highest));
  const seconds = history.reduce((total, epoch) => total + (epoch.seconds ?? 0), 0);
  return html`<h3>${name}</h3>
<p class="quiet">${counted(history.length, 'epoch')}${seconds > 0 && `, ${duration(seconds)}`}. Best score ${short(best.score)} after epoch ${best.epoch}${leaves === 'last' ? '; the weights of the last epoch were kept' : ', whose weights were kept'}; loss ${history.length > 1 && html`${short(history[0]!.loss)} at first and `}${short(history.at(-1)!.loss)} at the end.</p>
${history.length > 1 && html`<div class="side">
${curve(`loss-${index}`, `${name}: training loss`, 'loss', history, ({ loss }) => loss)}
${curve(`score-${index}`, `${name}: ${scoreName}`, 'score', history, ({ score }) => score, best)}
</div>`}
${foldedTable({
    caption: `${name}, epoch by epoch`,
    head: ['epoch', 'loss', scoreName, ...(seconds > 0 ? ['seconds'] : [])],
    rows: history.map((epoch) => [epoch.epoch, epoch.loss.toFixed(4), epoch.score.toFixed(4), ...(seconds > 0 ? [epoch.seconds?.toFixed(0) ?? ''] : [])]),
  })}`;
}

function curve(id: string, title: string, label: string, history: readonly Epoch[], value: (epoch: Epoch) => number, best?: Epoch): Markup {
  const [first, last] = [history[0]!.epoch, history.at(-1)!.epoch];
  const epochs = axis('epoch', [first, last], String);
  return html`<figure>${plot({
    id,
    title,
    description: `From ${short(value(history[0]!))} after epoch ${first} to ${short(value(history.at(-1)!))} after epoch ${last}.`,
    x: { ...epochs, ticks: epochs.ticks.filter((tick) => tick >= first && tick <= last && Number.isInteger(tick)), from: first, to: last },
    y: axis(label, history.map(value), plain),
    height: 230,
    marks: (scales: PlotScales) => [
      html`<path class="curve first" d="${line(history.map((epoch) => [scales.x(epoch.epoch), scales.y(value(epoch))] as const))}"/>`,
      html`${best && mark('second', scales.x(best.epoch), scales.y(value(best)))}`,
    ],
  })}<figcaption>${title}${best && html` (diamond: best, ${short(value(best))})`}</figcaption></figure>`;
}
