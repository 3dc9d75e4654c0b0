/** Markdown text of a model card: the measured figures, and a template for a new card. */
import type { Manifest } from '../../manifest.js';
import { describe } from '../../network.js';
import type { ReportData } from './data.js';
import { commandOf, type Evaluation } from './evaluation.js';
import { costTable, genreTables, evaluationTables, tradeOffTable, type TextTable } from './evaluation-tables.js';
import { withCommas } from './numbers.js';

/** Marker lines around the figures in a card. */
export const CARD_MARKERS = ['<!-- figures: written by `npm run card`, not by hand -->', '<!-- end of figures -->'] as const;

/**
 * @param files with their paths relative to the card, each with an evaluation for each data folder
 * @param data folder that the data folders are in, for the commands; DIR stands for folders that are not known
 */
export function cardFigures(
  files: ReadonlyArray<{ readonly file: string; readonly evaluations: readonly Evaluation[] }>,
  costs: { readonly file: string; readonly cost: NonNullable<ReportData['cost']> } | undefined,
  data?: string,
): string {
  const all = files.flatMap(({ evaluations }) => evaluations);
  const missing = all.flatMap(({ notMusic, outside }) => [notMusic, outside]).filter((sentence) => typeof sentence === 'string');
  return [
    'Measured with',
    ['```sh', ...files.map(({ evaluations }) => commandOf(evaluations, data)), ...(costs ? ['npm run bench:network -- --json'] : []), '```'].join('\n'),
    `The raw output: ${[...files, ...(costs ? [costs] : [])].map(({ file }) => `[${file.split('/').at(-1)}](${file})`).join(', ')}.`,
    ...[...evaluationTables(all), ...genreTables(all), ...tradeOffTable(all), ...(costs ? [costTable(costs.cost)] : [])].map(markdown),
    ...[...new Set(missing)],
  ].join('\n\n');
}

/**
 * Inserts the figures between the card's markers.
 * @throws Error unless each marker occurs exactly once, in order
 */
export function withFigures(card: string, figures: string): string {
  const [begin, end] = CARD_MARKERS;
  const [from, to] = [card.indexOf(begin), card.indexOf(end)];
  if (from < 0 || to < from || card.indexOf(begin, from + 1) >= 0 || card.indexOf(end, to + 1) >= 0) {
    throw new Error(`The card must contain each of these lines exactly once, in this order: ${begin} and ${end}.`);
  }
  return `${card.slice(0, from + begin.length)}\n\n${figures}\n\n${card.slice(to)}`;
}

/** Template for a new card: a description from the manifest, and the markers for the figures. */
export function newCard({ name, version, labels, layers, frontEnd, trainedOn }: Pick<Manifest, 'name' | 'version' | 'labels' | 'layers' | 'frontEnd' | 'trainedOn'>): string {
  const { parameters, multiplyAdds } = describe(layers, frontEnd.bands);
  return `# ${name}, version ${version}

${labels.length} genres: ${labels.join(', ')}.

## Model

${withCommas(parameters)} parameters and ${((multiplyAdds * frontEnd.sampleRate) / frontEnd.hop / 1e6).toFixed(2)} M multiply-adds per second of audio. Layers: ${layers.map(({ type }) => type).join(', ')}.

## Training data

${trainedOn}.

## Figures

${CARD_MARKERS.join('\n')}

## Limits

It assigns one of its ${labels.length} labels to any music.

## Licence of the data

Not stated yet: name the source of the recordings and their permitted uses here.
`;
}

function markdown({ caption, head, rows }: TextTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('\u00a0', ' ').replaceAll('|', '\\|')).join(' | ')} |`;
  return [`${caption}:`, '', line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
