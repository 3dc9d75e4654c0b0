/** Figures as a table that people read in a terminal. */
import type { Figures } from './figures.js';

export function reportOf(figures: Figures, labels: readonly string[]): string {
  const { split, source, tracks, trackAccuracy, trackAccuracy95: [low, high], segmentAccuracy, perGenre, accuracyAfterS, medianTimeToCorrectMs, flipsPerMinute, ece, confusion } = figures;
  const width = Math.max(9, ...labels.map((label) => label.length));
  const cell = Math.max(5, ...labels.map((label) => Math.min(label.length, 5)));
  const lines = [
    `${split}, from ${source}: ${tracks} tracks`,
    '',
    `  right over the whole track   ${percent(trackAccuracy)}  (95 %: ${percent(low)} to ${percent(high)})`,
    `  right over 4 s alone         ${percent(segmentAccuracy)}`,
    `  macro F1                     ${percent(figures.macroF1)}`,
    `  right after                  ${Object.entries(accuracyAfterS).map(([seconds, share]) => `${seconds} s ${percent(share)}`).join('  ')}`,
    `  median time to right         ${medianTimeToCorrectMs === null ? 'never' : `${(medianTimeToCorrectMs / 1000).toFixed(1)} s`}`,
    `  changes a minute             ${flipsPerMinute.toFixed(2)}`,
    `  calibration error            ${ece.toFixed(3)}`,
    '',
    `  ${''.padEnd(width)}  precision  recall      F1  tracks`,
    ...labels.map((label) => {
      const { precision, recall, f1, support } = perGenre[label]!;
      return `  ${label.padEnd(width)}  ${percent(precision).padStart(9)}  ${percent(recall).padStart(6)}  ${percent(f1).padStart(6)}  ${String(support).padStart(6)}`;
    }),
    '',
    `  ${'truth \\ answer'.padEnd(Math.max(width, 14))}  ${labels.map((label) => label.slice(0, cell).padStart(cell)).join(' ')}`,
    ...labels.map((label, row) => `  ${label.padEnd(Math.max(width, 14))}  ${confusion[row]!.map((count) => (count === 0 ? '·' : String(count)).padStart(cell)).join(' ')}`),
  ];
  return lines.join('\n');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
