/** Mel spectrogram of an excerpt with axes, and below it the probabilities of two genres. */
import { hzToMel } from '../../../../dsp/mel/filterbank.js';
import { levelPalette, RANGE_DB } from '../colour-map.js';
import type { Example } from '../data.js';
import { html, type Markup } from '../html.js';
import { roundTicks } from '../numbers.js';
import { dataUri, palettePng } from '../png.js';
import { at, line, WIDTH } from './plot.js';

const [LEFT, RIGHT] = [50, WIDTH - 8];
const PICTURE = { top: 6, bottom: 156 } as const;
const STRIP = { top: 174, bottom: 228 } as const;
const HEIGHT = 262;
const TICKS_HZ = [200, 1000, 2000, 4000, 8000] as const;
const PALETTE = levelPalette();

export interface SpectrogramOptions {
  readonly id: string;
  readonly example: Example;
  readonly truth: string;
  readonly answer: string;
  readonly fMinHz: number;
  readonly fMaxHz: number;
}

export function spectrogram({ id, example, truth, answer, fMinHz, fMaxHz }: SpectrogramOptions): Markup {
  const { fromS, durationS, blocks } = example;
  const x = (seconds: number): number => LEFT + ((seconds - fromS) / durationS) * (RIGHT - LEFT);
  const y = (hz: number): number => PICTURE.bottom - ((hzToMel(hz) - hzToMel(fMinHz)) / (hzToMel(fMaxHz) - hzToMel(fMinHz))) * (PICTURE.bottom - PICTURE.top);
  const p = (probability: number): number => STRIP.bottom - probability * (STRIP.bottom - STRIP.top);
  const curve = (of: 'truth' | 'answer'): string => line(blocks.map((block, index) => [x(fromS + (durationS * (index + 1)) / blocks.length), p(block[of])] as const));
  const seconds = roundTicks(fromS, fromS + durationS, 5).filter((tick) => tick >= fromS - 1e-6 && tick <= fromS + durationS + 1e-6);
  const hertz = TICKS_HZ.filter((tick) => tick > fMinHz && tick < fMaxHz);
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">Mel spectrogram of ${example.id}, ${fromS.toFixed(1)} to ${(fromS + durationS).toFixed(1)} s</title>
<desc id="${id}-desc">Below it, block by block, the probability of the predicted genre, ${answer}, and of the true genre, ${truth}.</desc>
<image href="${dataUri(picture(example))}" x="${LEFT}" y="${PICTURE.top}" width="${RIGHT - LEFT}" height="${PICTURE.bottom - PICTURE.top}" preserveAspectRatio="none"/>
${hertz.map((tick) => html`<text class="tick" x="${LEFT - 5}" y="${at(y(tick) + 4)}" text-anchor="end">${tick / 1000}${tick === hertz.at(-1) && ' kHz'}</text>`)}
${[0, 0.5, 1].map((tick) => html`<path class="grid" d="M${LEFT} ${at(p(tick))}H${RIGHT}"/><text class="tick" x="${LEFT - 5}" y="${at(p(tick) + 4)}" text-anchor="end">${tick}</text>`)}
<path class="curve first" d="${curve('answer')}"/><path class="curve second" d="${curve('truth')}"/>
${seconds.map((tick) => html`<path class="axis" d="M${at(x(tick))} ${STRIP.bottom}v4"/><text class="tick" x="${at(x(tick))}" y="${STRIP.bottom + 17}" text-anchor="middle">${tick}</text>`)}
<text class="label" x="${(LEFT + RIGHT) / 2}" y="${HEIGHT - 2}" text-anchor="middle">position in the track, s</text>
</svg>`;
}

/** Time runs to the right, frequency upwards. */
function picture({ levels, bands }: Example): Buffer {
  const bytes = Buffer.from(levels, 'base64');
  const columns = Math.floor(bytes.length / bands);
  const pixels = new Uint8Array(columns * bands);
  for (let column = 0; column < columns; column++) {
    for (let band = 0; band < bands; band++) pixels[(bands - 1 - band) * columns + column] = bytes[column * bands + band]!;
  }
  return palettePng(columns, bands, pixels, PALETTE);
}

/** Colour scale with its end values. */
export function levelRamp(): Markup {
  const [low, high] = RANGE_DB;
  const bytes = Uint8Array.from({ length: 2 * (high - low) }, (_, index) => 2 * (low + 80) + index);
  return html`<p class="ramp"><span>${low} dB</span><img alt="" src="${dataUri(palettePng(bytes.length, 1, bytes, PALETTE))}"><span>${high} dB mel power</span></p>`;
}
