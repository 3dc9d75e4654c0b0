/**
 * Selects examples of confusions: for each pair of genres the most confidently misclassified track,
 * with the levels of the excerpt where the wrong genre was most probable.
 */
import { trackLevels, type Pack } from '../../packs/pack.js';
import type { Example } from './data.js';
import type { ScoredTrack } from './scored-track.js';

const EXAMPLES = 8;
const STRETCH_S = 10;

export function confusionExamples(scored: readonly ScoredTrack[], pack: Pack, labels: number, blockColumns: number): Example[] {
  const surestFirst = scored
    .filter(({ truth, answer, blocks }) => truth !== answer && blocks.length > 0)
    .sort((a, b) => b.probabilities[b.answer]! - a.probabilities[a.answer]!);
  const pairs = new Set<string>();
  const chosen = surestFirst.filter(({ truth, answer }) => {
    const pair = `${truth} ${answer}`;
    return !pairs.has(pair) && pairs.add(pair);
  });
  return chosen.slice(0, EXAMPLES).map((track) => example(track, pack, labels, blockColumns));
}

function example({ track, truth, answer, probabilities, firstBlock, blocks }: ScoredTrack, pack: Pack, labels: number, blockColumns: number): Example {
  const { bands, hop, sampleRate } = pack.frontEnd;
  const columnS = hop / sampleRate;
  const total = blocks.length / labels;
  const length = Math.min(total, Math.max(1, Math.round(STRETCH_S / (columnS * blockColumns))));
  const wrong = (block: number): number => blocks[block * labels + answer]!;

  let sum = 0;
  for (let block = 0; block < length; block++) sum += wrong(block);
  let [first, highest] = [0, sum];
  for (let block = length; block < total; block++) {
    sum += wrong(block) - wrong(block - length);
    if (sum > highest) [first, highest] = [block - length + 1, sum];
  }

  const bytes = trackLevels(pack, track);
  const columns = length * blockColumns;
  const firstColumn = (firstBlock + first) * blockColumns;
  return {
    id: track.id,
    truth,
    answer,
    p: probabilities[answer]!,
    fromS: firstColumn * columnS,
    durationS: columns * columnS,
    bands,
    levels: Buffer.from(bytes.subarray(firstColumn * bands, (firstColumn + columns) * bands)).toString('base64'),
    blocks: Array.from({ length }, (_, block) => {
      const at = (first + block) * labels;
      return { truth: Math.min(1, blocks[at + truth]!), answer: Math.min(1, blocks[at + answer]!) };
    }),
  };
}
