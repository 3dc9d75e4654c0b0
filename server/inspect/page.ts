/** A file as one self-contained page without scripts: what the network heard, what it said and where it looked. */
import { CHROMA_SIZE } from '../../dsp/descriptors/chroma.js';
import { bpmOfTempo, TEMPI } from '../../dsp/descriptors/recent-tempogram.js';
import { hzToMel } from '../../dsp/mel/filterbank.js';
import type { Manifest } from '../../models/manifest.js';
import { html, type Markup } from '../../models/training/report/html.js';
import { percent } from '../../models/training/report/numbers.js';
import { STYLE } from '../../models/training/report/style.js';
import { clockTime, frame, FRAME_STYLE, image, timeMarks, type Mark } from './frame.js';
import type { HeardFile } from './heard-file.js';
import type { Look } from './look.js';
import { lookedAt } from './looked-at.js';
import { levelPicture, sharePicture, wavePath } from './pictures.js';

const PITCHES = ['C', '', 'D', '', 'E', 'F', '', 'G', '', 'A', '', 'B'] as const;
const TICKS_HZ = [500, 1000, 2000, 4000, 8000] as const;
const TICKS_BPM = [30, 60, 120, 240] as const;
/** Rows of the table of stretches; a longer file has none. */
const MAX_ROWS = 400;

/** @param look undefined if there is nothing to explain */
export function page(heard: HeardFile, model: Manifest, look: Look | undefined, createdAt: Date): string {
  const { answer, levels } = heard;
  const { frontEnd: { bands, hop, sampleRate } } = model;
  const columns = levels.length / bands;
  const durationMs = (columns * 1000 * hop) / sampleRate;
  const hertz = frequencyMarks(model);
  const sections: readonly { readonly id: string; readonly title: string; readonly body: Markup }[] = [
    { id: 'scores', title: 'Genre over time', body: scores(heard, model, durationMs) },
    { id: 'sound', title: 'The sound', body: sound(heard, durationMs, hertz, bands) },
    {
      id: 'looked', title: 'Where the network looked',
      body: look ? lookedAt({ look, levels, bands, hertz, isWhole: look.columns >= columns }) : html`<p>No music was heard here, so there is no answer to explain.</p>`,
    },
  ];
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${answer.file}: livegenre</title>
<style>${STYLE}${FRAME_STYLE}</style>
</head>
<body>
<header>
<h1>${answer.file}</h1>
<p class="quiet">Heard by livegenre’s model ${model.name} ${model.version} on ${createdAt.toISOString().slice(0, 10)}.</p>
<nav aria-label="Sections"><ul aria-label="Sections">${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main>
${answer.error !== undefined && html`<p class="notice">The file ${answer.error}. What could be decoded is shown.</p>`}
${answer.note !== undefined && html`<p class="notice">The file ${answer.note}.</p>`}
${tiles(heard)}
${sections.map(({ id, title, body }) => html`<section id="${id}" aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${title}</h2>
${body}
</section>
`)}</main>
</body>
</html>
`.text;
}

function tiles({ answer: { genre, p, top, durationMs } }: HeardFile): Markup {
  const next = top.filter((each) => each.genre !== genre).slice(0, 2);
  const shown: readonly (readonly [value: string, beside: string, what: string])[] = [
    [genre ?? (top.length > 0 ? 'none of its genres' : 'no music'), genre === null ? '' : percent(p), 'genre of the whole file'],
    ...next.map(({ genre: label, p: share }) => [label, percent(share), 'then'] as const),
    [clockTime(Math.floor(durationMs / 1000)), '', 'length'],
  ];
  return html`<dl class="tiles">${shown.map(([value, beside, what]) => html`<div><dt>${what}</dt><dd>${value}${beside !== '' && html`<small>${beside}</small>`}</dd></div>`)}</dl>`;
}

function scores({ answer, stretches }: HeardFile, { labels }: Manifest, durationMs: number): Markup {
  if (stretches.length === 0) return html`<p>The file is too short for a stretch of 4 s.</p>`;
  const order = [...answer.top.map(({ genre }) => genre), ...labels].filter((label, index, all) => all.indexOf(label) === index).reverse();
  // Stretches overlap by half: each is drawn for the 2 s in its middle.
  const stepMs = 2000;
  const steps = Math.max(1, Math.round(durationMs / stepMs));
  const rows = new Float32Array(steps * order.length);
  for (let step = 0; step < steps; step++) {
    const middleMs = (step + 0.5) * stepMs;
    const nearest = stretches.reduce((best, each) => (distance(each, middleMs) < distance(best, middleMs) ? each : best));
    for (const [label, p] of nearest.top) rows[step * order.length + order.indexOf(label)] = p;
  }
  return html`${frame({
    title: 'Scores of stretches of 4 s',
    words: 'One row a genre, the likeliest of the whole file on top; bright is likely. A column without colour is no music.',
    height: 24 * order.length, time: timeMarks(0, durationMs), values: order.map((text, row) => ({ at: (row + 0.5) / order.length, text })),
    content: image(sharePicture(rows, order.length), `Scores of ${labels.length} genres over time; ${answer.genre === null ? 'no genre' : `${answer.genre} with ${percent(answer.p)}`} over the whole file`),
  })}
<details aria-label="Tables"><summary>Live states and scores as tables</summary>
<div class="scroll" role="region" aria-label="Live states" tabindex="0"><table><caption>What a listener to the stream would have been told</caption><thead><tr><th scope="col">From</th><th scope="col">To</th><th scope="col" class="words">State</th><th scope="col">Confidence</th></tr></thead>
<tbody>${answer.segments.slice(0, MAX_ROWS).map(({ fromMs, toMs, state, genre, p }) => html`<tr><th scope="row">${clockTime(fromMs / 1000)}</th><td>${clockTime(toMs / 1000)}</td><td class="words">${genre ?? state}</td><td>${genre === null ? '' : percent(p)}</td></tr>`)}</tbody></table></div>
${stretches.length > MAX_ROWS ? html`<p>The file has ${stretches.length} stretches, too many for a table.</p>` : html`<div class="scroll" role="region" aria-label="Stretches" tabindex="0"><table><caption>Stretches of 4 s</caption><thead><tr><th scope="col">From</th><th scope="col">To</th><th scope="col" class="words">Heard</th><th scope="col" class="words">Scores</th></tr></thead>
<tbody>${stretches.map(({ fromMs, toMs, state, genre, top }) => html`<tr><th scope="row">${clockTime(fromMs / 1000)}</th><td>${clockTime(toMs / 1000)}</td><td class="words">${genre ?? state}</td><td class="words">${top.slice(0, 3).map(([label, p]) => `${label} ${percent(p)}`).join(', ')}</td></tr>`)}</tbody></table></div>`}
</details>`;
}

function distance({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }, ms: number): number {
  return Math.abs((fromMs + toMs) / 2 - ms);
}

function sound({ levels, peaks, chroma, tempogram }: HeardFile, durationMs: number, hertz: readonly Mark[], bands: number): Markup {
  const time = timeMarks(0, durationMs);
  const { path, width } = wavePath(peaks);
  const strongest = pitchName(chroma);
  return html`${frame({
    title: 'Waveform', words: 'Lowest and highest sample, both channels mixed.', height: 90, time, values: [{ at: 0.5, text: '0' }],
    content: html`<svg viewBox="0 -127 ${Math.max(1, width)} 254" preserveAspectRatio="none" role="img" aria-label="Waveform"><path class="wave" d="${path}"/></svg>`,
  })}${frame({
    title: 'Mel spectrogram', words: 'What the network hears, before its levels are made independent of volume.', height: 180, time, values: hertz,
    content: image(levelPicture(levels, bands), 'Mel spectrogram of the file'),
  })}${frame({
    title: 'Chromagram', words: `Strength of the twelve pitch classes over all octaves, the strongest of each moment at full brightness. Most often the strongest: ${strongest}.`, height: 144, time,
    values: PITCHES.map((text, pitch) => ({ at: (pitch + 0.5) / CHROMA_SIZE, text })).filter(({ text }) => text !== ''),
    content: image(sharePicture(chroma, CHROMA_SIZE), `Chromagram; the pitch class that is most often the strongest is ${strongest}`),
  })}${frame({
    title: 'Tempogram', words: 'Tempi at which the onsets of the last 8.9 s repeat, in beats per minute. A steady beat is a line, with others at half and double the tempo.', height: 144, time,
    values: TICKS_BPM.map((bpm) => ({ at: (12 * Math.log2(bpm / bpmOfTempo(0)) + 0.5) / TEMPI, text: `${bpm}` })),
    content: image(sharePicture(tempogram, TEMPI), 'Tempogram'),
  })}`;
}

/** The pitch class that is the strongest most often. */
function pitchName(chroma: Float32Array): string {
  const counts = new Uint32Array(CHROMA_SIZE);
  for (let at = 0; at < chroma.length; at += CHROMA_SIZE) {
    const column = chroma.subarray(at, at + CHROMA_SIZE);
    const pitch = column.indexOf(1);
    if (pitch >= 0) counts[pitch]! += 1;
  }
  return ['C', 'C♯', 'D', 'D♯', 'E', 'F', 'F♯', 'G', 'G♯', 'A', 'A♯', 'B'][counts.indexOf(Math.max(...counts))]!;
}

function frequencyMarks({ frontEnd: { fMin, fMax, bands } }: Manifest): Mark[] {
  // Band b peaks at mel edge b + 1 of bands + 2, and is drawn from b to b + 1.
  const step = (hzToMel(fMax) - hzToMel(fMin)) / (bands + 1);
  return TICKS_HZ.map((hz) => ({ at: ((hzToMel(hz) - hzToMel(fMin)) / step - 0.5) / bands, text: hz < 1000 ? `${hz} Hz` : `${hz / 1000} kHz` })).filter(({ at }) => at >= 0 && at <= 1);
}
