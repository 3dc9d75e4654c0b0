/** The section of the page about where the network looked. */
import { html, Markup } from '../../models/training/report/html.js';
import { percent } from '../../models/training/report/numbers.js';
import { DELETED_SHARE } from './deletion.js';
import { clockTime, frame, timeMarks, image, type Mark } from './frame.js';
import type { Look } from './look.js';
import { levelPicture } from './pictures.js';

export interface LookedAtOptions {
  readonly look: Look;
  /** [columns × bands] level bytes of the whole file. */
  readonly levels: Uint8Array;
  readonly bands: number;
  /** Marks of the frequencies. */
  readonly hertz: readonly Mark[];
  readonly isWhole: boolean;
}

export function lookedAt({ look, levels, bands, hertz, isWhole }: LookedAtOptions): Markup {
  const { genre, fromMs, toMs, fromColumn, columns, p, occlusion, top, deletion: { topFall, randomFall, beaten, draws } } = look;
  const time = timeMarks(fromMs, toMs);
  const size = { columns, bands };
  const extent = `${clockTime(fromMs / 1000)} to ${clockTime(toMs / 1000)}`;
  const highest = Math.max(...occlusion.falls.map(Math.abs));
  const share = Math.round(100 * DELETED_SHARE);
  return html`<p>Each part of the spectrogram, about 1 s long and an eighth of the bands high, was hidden in turn, and the network was asked again. The map shows how far its log odds of <strong>${genre}</strong> fell. ${isWhole ? 'This is the whole file.' : `This is ${extent}, one part of the file.`} With nothing hidden the probability of ${genre} here is ${percent(p)}.</p>
${frame({
    title: `Most important for ${genre}`,
    words: `The mel spectrogram, bright where hiding mattered. The lines enclose the ${share} % of cells that mattered most.`,
    height: 220, time, values: hertz,
    content: html`${image(levelPicture(levels.subarray(fromColumn * bands, (fromColumn + columns) * bands), bands), `Mel spectrogram, ${extent}, with the ${share} % of it outlined that mattered most for ${genre}`)}${svg(size, html`${cells(look, size, (fall) => ['spot', 0.72 * (1 - Math.sqrt(Math.max(0, fall) / highest))])}${outline(look, size)}`)}`,
  })}${frame({
    title: `For and against ${genre}`,
    words: html`<span class="swatch first"></span>Hiding it made ${genre} less likely: it spoke for ${genre}. <span class="swatch second"></span>Hiding it made ${genre} more likely: it spoke against. The strongest colour is a change of ${highest.toFixed(2)} in the log odds.`,
    height: 220, time, values: hertz,
    content: svg(size, html`${cells(look, size, (fall) => [fall > 0 ? 'for' : 'against', Math.abs(fall) / highest])}`, `Map of the change of the log odds of ${genre}: ${strongest(look)}`),
  })}<h3>Does the map hold?</h3>
<p>With the ${top.length} most important cells hidden together, the log odds of ${genre} fall by <strong>${topFall.toFixed(2)}</strong>; with as many cells drawn at random by ${randomFall.toFixed(2)} on average. The first is larger than ${beaten} of ${draws} draws.${beaten < draws ? ' Where that is not all of them, trust the map less.' : ''}</p>
<h3>What the map says and does not</h3>
<ul class="plain" aria-label="What the map says and does not">
<li>It says where this network’s answer depends on the sound. It does not say what makes a genre, nor that the answer is right.</li>
<li>What is hidden gets the mean level of its band in this part, so the map shows where something happens. A band that is always equally loud is not seen by it, though its level may matter.</li>
<li>Parts are hidden one at a time. Where two say the same, hiding one changes little, and both look unimportant.</li>
<li>It is no finer than its patches: a note or a beat cannot be told from its neighbours within a second.</li>
<li>A part acts through the network’s memory, too: hiding it changes what is said for some seconds after it. What comes last has little time to act, so it looks less important.</li>
</ul>
`;
}

interface Size {
  readonly columns: number;
  readonly bands: number;
}

function svg({ columns, bands }: Size, content: Markup, description?: string): Markup {
  return html`<svg viewBox="0 0 ${columns} ${bands}" preserveAspectRatio="none" ${description === undefined ? new Markup('aria-hidden="true"') : html`role="img" aria-label="${description}"`}>${content}</svg>`;
}

/** One rectangle for each cell, with the class and opacity that `styleOf` gives it. */
function cells({ occlusion: { falls, up, cellColumns, cellBands } }: Look, { columns, bands }: Size, styleOf: (fall: number) => readonly [name: string, opacity: number]): Markup[] {
  return Array.from(falls, (fall, cell) => {
    const [name, opacity] = styleOf(fall);
    const x = Math.floor(cell / up) * cellColumns;
    const low = (cell % up) * cellBands;
    const high = Math.min(bands, low + cellBands);
    return html`<rect class="${name}" x="${x}" y="${bands - high}" width="${Math.min(columns, x + cellColumns) - x}" height="${high - low}" fill-opacity="${opacity.toFixed(2)}"/>`;
  });
}

/** The edges between the most important cells and others. */
function outline({ occlusion: { up, across, cellColumns, cellBands }, top }: Look, { columns, bands }: Size): Markup {
  const isTop = new Set(top);
  const has = (x: number, y: number): boolean => x >= 0 && x < across && y >= 0 && y < up && isTop.has(x * up + y);
  const parts: string[] = [];
  for (const cell of top) {
    const [x, y] = [Math.floor(cell / up), cell % up];
    const [left, right] = [x * cellColumns, Math.min(columns, (x + 1) * cellColumns)];
    const [bottom, upper] = [bands - y * cellBands, bands - Math.min(bands, (y + 1) * cellBands)];
    if (!has(x - 1, y)) parts.push(`M${left} ${bottom}V${upper}`);
    if (!has(x + 1, y)) parts.push(`M${right} ${bottom}V${upper}`);
    if (!has(x, y - 1)) parts.push(`M${left} ${bottom}H${right}`);
    if (!has(x, y + 1)) parts.push(`M${left} ${upper}H${right}`);
  }
  const path = parts.join('');
  return html`<path class="edge under" d="${path}"/><path class="edge" d="${path}"/>`;
}

/** The most important cell in words. */
function strongest({ occlusion: { up, cellColumns }, top, fromMs, toMs, columns }: Look): string {
  const [x, y] = [Math.floor(top[0]! / up), top[0]! % up];
  return `most at ${clockTime((fromMs + ((toMs - fromMs) * x * cellColumns) / columns) / 1000)}, in the ${y < up / 3 ? 'low' : y < (2 * up) / 3 ? 'middle' : 'high'} bands`;
}
