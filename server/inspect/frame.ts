/** A picture with its axes as HTML: the picture takes any width, the words keep their size. */
import { html, Markup } from '../../models/training/report/html.js';

/** A mark on an axis: 0 to 1, from the left or from the bottom. */
export interface Mark {
  readonly at: number;
  readonly text: string;
}

export interface FrameOptions {
  readonly title: string;
  /** What it shows, as a sentence or two. */
  readonly words: Markup | string;
  /** Height of the picture, CSS px. */
  readonly height: number;
  readonly time: readonly Mark[];
  readonly values: readonly Mark[];
  /** Fills the frame: an image, or an SVG that may be stretched. */
  readonly content: Markup;
}

export function frame({ title, words, height, time, values, content }: FrameOptions): Markup {
  return html`<figure class="picture">
<h3>${title}</h3>
<figcaption>${words}</figcaption>
<div class="frame" style="--height:${height}px">
<div class="values" aria-hidden="true">${values.map(({ at, text }) => html`<span style="bottom:${share(at)}">${text}</span>`)}</div>
<div class="plane">${content}</div>
<div class="times" aria-hidden="true">${time.map(({ at, text }) => html`<span style="left:${share(at)}">${text}</span>`)}</div>
</div>
</figure>
`;
}

export function image(address: string, description: string): Markup {
  return html`<img src="${address}" alt="${description}">`;
}

/** Round times from `fromMs` to `toMs`, at most seven. */
export function timeMarks(fromMs: number, toMs: number): Mark[] {
  const stepS = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600].find((step) => (toMs - fromMs) / 1000 / step <= 7) ?? 7200;
  const marks: Mark[] = [];
  for (let s = Math.ceil(fromMs / 1000 / stepS) * stepS; s * 1000 <= toMs; s += stepS) marks.push({ at: (s * 1000 - fromMs) / (toMs - fromMs), text: clockTime(s) });
  return marks;
}

/** 0:02, 1:00:00; with a tenth where there is one. */
export function clockTime(seconds: number): string {
  const whole = Math.floor(seconds + 1e-6);
  const tenth = Math.round((seconds - whole) * 10) % 10;
  const two = (n: number): string => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(whole % 60)}${tenth > 0 ? `.${tenth}` : ''}`;
}

function share(at: number): string {
  return `${(100 * at).toFixed(2)}%`;
}

export const FRAME_STYLE = new Markup(`
.picture { max-width: none; margin-top: 1.5rem; }
.picture h3 { margin: 0 0 .1rem; }
.picture figcaption { max-width: 46rem; margin-bottom: .5rem; }
.frame { display: grid; grid-template-columns: 4.5rem minmax(0, 1fr); column-gap: .5rem; font-size: .78rem; line-height: 1; color: var(--quiet); }
.values { position: relative; height: var(--height); }
.values span { position: absolute; right: 0; transform: translateY(50%); white-space: nowrap; }
.plane { position: relative; height: var(--height); border-radius: .25rem; overflow: hidden; background: var(--page); }
.plane > img, .plane > svg { position: absolute; inset: 0; display: block; width: 100%; height: 100%; }
.plane > img { image-rendering: pixelated; }
.times { grid-column: 2; position: relative; height: 1.5rem; }
.times span { position: absolute; top: .4rem; transform: translateX(-50%); white-space: nowrap; }
.times span:first-child { transform: none; }
.wave { fill: var(--first); }
.spot { fill: #0b0f14; }
.for { fill: var(--first); }
.against { fill: var(--second); }
.edge { fill: none; stroke: #fff; stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.edge.under { stroke: #000; stroke-width: 3.5; }
.swatch { display: inline-block; width: .8em; height: .8em; margin-right: .3em; border-radius: .15em; vertical-align: -.05em; }
.swatch.first { background: var(--first); }
.swatch.second { background: var(--second); }
.notice { padding: .6rem .9rem; border-left: 3px solid var(--second); background: var(--page); }
@media (max-width: 36rem) { .frame { grid-template-columns: 3.6rem minmax(0, 1fr); font-size: .72rem; } }
`);
