/**
 * A day of a station on one page, as SVG in the proportions of A4: a ribbon of genres for each hour,
 * shares, titles, silences and how mixed it was. Without styles and scripts, so that strict pages show it.
 */
import { mostHeard, type Profile } from '../tune/profile.js';
import { contrast, rgbOf } from './colour.js';
import { DayRecord, type Run, type Stretch } from './day-record.js';
import { genreColours, type Theme } from './genre-colours.js';
import { labelName } from './label-name.js';
import { localTime } from './local-day.js';
import { cutTo, escaped, sizeFor, widthOf } from './svg-text.js';

/** Of the day, in the words of a profile; `down` is the share of the day without a signal, ms. */
export interface PosterFacts {
  readonly station: string;
  readonly profile: Profile;
  readonly downMs: number;
  readonly model: { readonly name: string; readonly version: string; readonly labels: readonly string[] };
  /** When it is drawn, ms since 1970. */
  readonly nowMs: number;
}

const [WIDTH, HEIGHT, MARGIN] = [1000, 1414, 64];
const INNER = WIDTH - 2 * MARGIN;
const RIGHT = WIDTH - MARGIN;
const HOUR_MS = 3_600_000;

/** Where the hours are. */
const RIBBON = { left: MARGIN + 40, top: 424, height: 744 };
/** Leaves room for titles. */
const NARROW = 560;
const TITLE_LEFT = RIBBON.left + NARROW + 20;
const MINUTES = [0, 15, 30, 45, 60];
const LEGEND = { top: 306, columns: 4, rows: 4, rowHeight: 25 };
/** How much wider letters are that are bold. */
const BOLD = 1.12;

interface Tones {
  readonly page: string;
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  /** Where nothing is known. */
  readonly empty: string;
  /** Of speech, and of what is unknown. */
  readonly plain: string;
  readonly mark: string;
  readonly bad: string;
}

const TONES: Readonly<Record<Theme, Tones>> = {
  light: { page: '#ffffff', ink: '#14191f', quiet: '#55616d', line: '#dde3e8', empty: '#f4f6f7', plain: '#d5dbe1', mark: '#6d7a87', bad: '#b3261e' },
  dark: { page: '#0d1116', ink: '#e8edf2', quiet: '#9ba8b5', line: '#26303a', empty: '#151b22', plain: '#3a4551', mark: '#8592a0', bad: '#ff9a8f' },
};

/** Keys that are no genres, in the order of the legend. */
const OTHERS: readonly (readonly [key: string, name: string])[] = [['speech', 'Speech'], ['unknown', 'Unknown'], ['silence', 'Silence'], ['down', 'No signal']];

export function poster(record: DayRecord, facts: PosterFacts, theme: Theme): string {
  const tones = TONES[theme];
  const colours = new Map([...genreColours(facts.model.labels, theme)].map(([label, { strong }]) => [label, strong]));
  const fill = (key: string): string => colours.get(key) ?? (OTHERS.some(([each]) => each === key) ? `url(#livegenre-${key})` : tones.mark);
  const draw: Draw = { tones, fill, ribbonWidth: record.titles > 0 ? NARROW : RIGHT - RIBBON.left, on: (key) => textOn(colours.get(key), tones) };
  const { day } = record;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" font-family="system-ui, -apple-system, &#39;Segoe UI&#39;, Roboto, &#39;Helvetica Neue&#39;, Arial, sans-serif">
<title>${escaped(`${facts.station}, ${day.words}`)}</title>
<desc>${escaped(`${mainly(facts.profile)} Times are those of ${day.timeZone}, ${day.offset}.`)}</desc>
${patterns(tones)}
<rect width="${WIDTH}" height="${HEIGHT}" fill="${tones.page}"/>
${head(record, facts, draw)}
${shares(facts, draw)}
${hours(record, draw)}
${foot(record, facts, draw)}
</svg>
`;
}

interface Draw {
  readonly tones: Tones;
  readonly fill: (key: string) => string;
  /** Of a whole hour. */
  readonly ribbonWidth: number;
  /** Colour of text on a fill; undefined where a pattern is under it. */
  readonly on: (key: string) => string | undefined;
}

function patterns({ plain, mark, bad, empty }: Tones): string {
  const pattern = (key: string, size: number, turn: number, inside: string): string => `<pattern id="livegenre-${key}" width="${size}" height="${size}" patternUnits="userSpaceOnUse"${turn === 0 ? '' : ` patternTransform="rotate(${turn})"`}>${inside}</pattern>`;
  return `<defs>${
    pattern('speech', 6, 45, `<rect width="6" height="6" fill="${empty}"/><rect width="2.2" height="6" fill="${mark}"/>`)}${
    pattern('unknown', 6, 0, `<rect width="6" height="6" fill="${plain}"/>`)}${
    pattern('silence', 6, 0, `<rect width="6" height="6" fill="${empty}"/><circle cx="3" cy="3" r="1" fill="${mark}"/>`)}${
    pattern('down', 5, -45, `<rect width="5" height="5" fill="${empty}"/><rect width="1.6" height="5" fill="${bad}"/>`)}</defs>`;
}

function head({ day }: DayRecord, { station, profile }: PosterFacts, { tones }: Draw): string {
  const size = sizeFor(station, INNER / BOLD, 68, 26);
  return text(MARGIN, 120, cutTo(station, INNER / BOLD, size), { size, fill: tones.ink, weight: 700, spacing: -0.03 * size })
    + text(MARGIN, 160, day.words, { size: 23, fill: tones.ink, weight: 500 })
    + text(RIGHT, 160, `${day.timeZone}, ${day.offset}`, { size: 17, fill: tones.quiet, anchor: 'end' })
    + text(MARGIN, 218, mainly(profile), { size: sizeFor(mainly(profile), INNER / BOLD, 27, 16), fill: tones.ink, weight: 650, spacing: -0.3 });
}

/** One bar of the whole day, and what each colour is. */
function shares({ profile, downMs, model }: PosterFacts, { tones, fill }: Draw): string {
  const heardMs = 1000 * profile.heardS;
  const totalMs = heardMs + downMs;
  const parts = [...Object.entries(profile.genres).map(([key, share]): [string, number] => [key, share * heardMs]),
    ['speech', profile.speech * heardMs], ['unknown', profile.unknown * heardMs], ['silence', profile.silence * heardMs], ['down', downMs]] as [string, number][];
  const there = parts.filter(([, ms]) => ms > 0);
  let x = MARGIN;
  const bar = there.map(([key, ms]) => {
    const width = INNER * ms / totalMs;
    const rect = `<rect x="${round(x)}" y="244" width="${round(width)}" height="34" fill="${fill(key)}"/>`;
    x += width;
    return rect;
  }).join('');
  // Labels that were not heard are named too, after those that were.
  const silent = model.labels.filter((label) => !there.some(([key]) => key === label)).map((label): [string, number] => [label, 0]);
  const named = [...there, ...silent];
  const most = LEGEND.columns * LEGEND.rows;
  const columnWidth = INNER / LEGEND.columns;
  const legend = named.slice(0, most).map(([key, ms], index) => {
    const [left, top] = [MARGIN + columnWidth * (index % LEGEND.columns), LEGEND.top + LEGEND.rowHeight * Math.floor(index / LEGEND.columns)];
    const isMore = index === most - 1 && named.length > most;
    if (isMore) return text(left + 24, top, `and ${named.length - most + 1} more`, { size: 15, fill: tones.quiet });
    // Shares are of the time heard, as in the sentence above.
    const share = ms === 0 ? '–' : key === 'down' ? lengthWords(ms) : shareWords(ms / heardMs);
    return `<rect x="${round(left)}" y="${top - 13}" width="16" height="16" rx="3" fill="${fill(key)}"/>`
      + text(left + 24, top, cutTo(nameOf(key), columnWidth - 24 - 86, 16), { size: 16, fill: ms === 0 ? tones.quiet : tones.ink, weight: 500 })
      + text(left + columnWidth - 22, top, share, { size: 16, fill: tones.quiet, anchor: 'end' });
  }).join('');
  return `<g>${totalMs === 0 ? `<rect x="${MARGIN}" y="244" width="${INNER}" height="34" fill="${tones.empty}"/>` : bar}${legend}</g>`;
}

function hours(record: DayRecord, draw: Draw): string {
  const { tones, ribbonWidth } = draw;
  const { day } = record;
  const rowHeight = RIBBON.height / day.hours.length;
  const barHeight = rowHeight - 5;
  const ticks = MINUTES.map((minute) => text(RIBBON.left + ribbonWidth * minute / 60, RIBBON.top - 10, `:${String(minute % 60).padStart(2, '0')}`, { size: 11.5, fill: tones.quiet, anchor: minute === 0 ? 'start' : minute === 60 ? 'end' : 'middle' })).slice(0, -1).join('')
    + text(TITLE_LEFT, RIBBON.top - 10, record.titles > 0 ? 'longest title of the hour' : '', { size: 11.5, fill: tones.quiet });
  const rows = day.hours.map(({ fromMs, label }, index) => {
    const top = RIBBON.top + index * rowHeight;
    const middle = top + barHeight / 2 + 5;
    const width = ribbonWidth * Math.min(HOUR_MS, day.toMs - fromMs) / HOUR_MS;
    const runs = record.runs(index);
    const title = record.titleOf(index);
    return text(RIBBON.left - 12, middle, label, { size: 15, fill: tones.ink, anchor: 'end', weight: 550 })
      + `<rect x="${RIBBON.left}" y="${round(top)}" width="${round(width)}" height="${round(barHeight)}" fill="${tones.empty}"/>`
      + runs.map((run) => rectOf(run, fromMs, top, barHeight, draw)).join('')
      + wordIn(runs, fromMs, middle, draw)
      + (title === undefined ? '' : text(TITLE_LEFT, middle, cutTo(title, RIGHT - TITLE_LEFT, 12.5), { size: 12.5, fill: tones.ink }));
  });
  return `<g>${ticks}${rows.join('')}</g>`;
}

function rectOf({ key, fromMs, toMs }: Run, rowMs: number, top: number, height: number, { fill, ribbonWidth }: Draw): string {
  const scale = ribbonWidth / HOUR_MS;
  return `<rect x="${round(RIBBON.left + (fromMs - rowMs) * scale)}" y="${round(top)}" width="${round((toMs - fromMs) * scale)}" height="${round(height)}" fill="${fill(key)}"/>`;
}

/** The name of the longest run of a genre, in it: for print without colours, and for eyes that do not tell them apart. */
function wordIn(runs: readonly Run[], rowMs: number, y: number, { on, ribbonWidth }: Draw): string {
  const longest = runs.filter(({ key }) => on(key) !== undefined).reduce<Run | undefined>((most, run) => (most && lengthMs(most) >= lengthMs(run) ? most : run), undefined);
  if (!longest) return '';
  const scale = ribbonWidth / HOUR_MS;
  const word = labelName(longest.key);
  if (widthOf(word) * 13 + 16 > lengthMs(longest) * scale) return '';
  return text(RIBBON.left + (longest.fromMs - rowMs) * scale + 8, y, word, { size: 13, fill: on(longest.key)!, weight: 600 });
}

function foot(record: DayRecord, { profile, downMs, model, nowMs }: PosterFacts, { tones }: Draw): string {
  const { day, silences, longest, titles } = record;
  const time = (atMs: number): string => localTime(atMs, day.timeZone);
  const genres = Object.keys(profile.genres).length;
  const facts: readonly (readonly [string, string, string])[] = [
    ['Heard', lengthWords(1000 * profile.heardS), downMs > 0 ? `${lengthWords(downMs)} without a signal` : 'without a gap in the signal'],
    ['How mixed', genres === 0 ? '–' : `${profile.entropy.toFixed(1)} bits`, genres === 0 ? 'no music was heard' : genres === 1 ? 'one genre only' : `as ${(2 ** profile.entropy).toFixed(1)} genres in equal parts`],
    ['Longest of one genre', longest ? lengthWords(lengthMs(longest)) : '–', longest ? `${labelName(longest.key)}, from ${time(longest.fromMs)}` : ''],
    silences.longest ? ['Silences', `${silences.count} · ${lengthWords(silences.totalMs)}`, `longest ${lengthWords(lengthMs(silences.longest))}, at ${time(silences.longest.fromMs)}`]
      : titles > 0 ? ['Titles', `${titles}`, 'no silence of 10 s or more'] : ['Silences', 'none', 'of 10 s or more'],
  ];
  const columnWidth = INNER / facts.length;
  const columns = facts.map(([name, value, more], index) => {
    const left = MARGIN + index * columnWidth;
    return text(left, 1222, name, { size: 13.5, fill: tones.quiet })
      + text(left, 1256, value, { size: sizeFor(value, (columnWidth - 16) / BOLD, 26, 16), fill: tones.ink, weight: 650, spacing: -0.5 })
      + text(left, 1280, cutTo(more, columnWidth - 12, 13), { size: 13, fill: tones.quiet });
  }).join('');
  const labels = `${model.name} ${model.version} knows ${model.labels.map((label) => labelName(label).toLowerCase()).join(', ')}; other music is unknown.`;
  const isWhole = nowMs >= day.toMs;
  const drawn = `Heard and judged by livegenre. ${isWhole ? 'Drawn' : 'The day was not over when this was drawn,'} ${day.date === dateIn(nowMs, day.timeZone) ? '' : `${dateIn(nowMs, day.timeZone)} `}at ${time(nowMs)}.`;
  return `<g><path d="M${MARGIN} 1192H${RIGHT}M${MARGIN} 1308H${RIGHT}" stroke="${tones.line}" stroke-width="1.5" fill="none"/>${columns}${
    text(MARGIN, 1334, cutTo(labels, INNER, 12.5), { size: 12.5, fill: tones.quiet })}${
    text(MARGIN, 1354, drawn, { size: 12.5, fill: tones.quiet })}</g>`;
}

const dateIn = (atMs: number, timeZone: string): string => new Intl.DateTimeFormat('sv-SE', { timeZone }).format(atMs);

function mainly(profile: Profile): string {
  const first = mostHeard(profile);
  if (profile.heardS === 0) return 'Nothing was heard.';
  if (!first || first.share < profile.speech) return profile.speech >= 0.5 ? `Mainly speech, ${shareWords(profile.speech)}.` : 'Little music that it knows.';
  const rest = Object.entries(profile.genres).slice(1, 3).filter(([, share]) => share >= 0.005).map(([genre, share]) => `${labelName(genre).toLowerCase()} ${shareWords(share)}`);
  return `${first.share >= 0.5 ? 'Mainly' : 'Most of all'} ${labelName(first.genre).toLowerCase()}, ${shareWords(first.share)}${rest.length === 0 ? '' : `; then ${rest.join(' and ')}`}.`;
}

interface TextStyle {
  readonly size: number;
  readonly fill: string;
  readonly weight?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** Between letters. */
  readonly spacing?: number;
}

function text(x: number, y: number, words: string, { size, fill, weight, anchor = 'start', spacing }: TextStyle): string {
  if (words === '') return '';
  return `<text x="${round(x)}" y="${round(y)}" font-size="${round(size)}" fill="${fill}"${weight === undefined ? '' : ` font-weight="${weight}"`}${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}${spacing === undefined ? '' : ` letter-spacing="${round(spacing)}"`}>${escaped(words)}</text>`;
}

/** Whichever of page and ink is easier to read on it. */
function textOn(colour: string | undefined, { page, ink }: Tones): string | undefined {
  if (colour === undefined) return undefined;
  return contrast(rgbOf(colour), rgbOf(page)) > contrast(rgbOf(colour), rgbOf(ink)) ? page : ink;
}

function nameOf(key: string): string {
  return OTHERS.find(([each]) => each === key)?.[1] ?? labelName(key);
}

function shareWords(share: number): string {
  return share > 0 && share < 0.005 ? 'under 1 %' : `${share < 1 ? Math.min(99, Math.round(100 * share)) : 100} %`;
}

function lengthWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 || minutes >= 10 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function lengthMs({ fromMs, toMs }: Stretch): number {
  return toMs - fromMs;
}

function round(value: number): number {
  return Math.round(100 * value) / 100;
}
