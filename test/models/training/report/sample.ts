/** Test fixture: a small report of synthetic scores with all sections. */
import { NORMALISATION_V1 } from '../../../../dsp/mel/normalise.js';
import type { ReportData } from '../../../../models/training/report/data.js';
import { reportData, type ReportSource } from '../../../../models/training/report/derive.js';
import { randomBundle, seeded } from '../../fixtures.js';
import { toyPack } from '../../packs.js';

export const LABELS = ['low', 'middle', 'high'];

/** Twelve tracks of 35 blocks: the true genre leads in most blocks; the third track is always classified as the first label. */
export function sampleSource(): ReportSource {
  const pack = toyPack('valid');
  const random = seeded(3);
  const scores = pack.tracks.map(({ genre }, track) => {
    const truth = LABELS.indexOf(genre!);
    const logScores = new Float32Array(35 * 3);
    for (let block = 0; block < 35; block++) {
      const logits = [0, 1, 2].map((label) => 2 * random() + (label === (track === 2 ? 0 : truth) ? 1 : 0));
      const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
      logScores.set(logits.map((logit) => logit - total), block * 3);
    }
    return { truth, logScores };
  });
  const { manifest } = randomBundle();
  return {
    model: { ...manifest, name: 'sample', version: '1.2.3', labels: LABELS, normalisation: NORMALISATION_V1, calibration: { temperature: 1.5 } } as ReportSource['model'],
    run: { command: 'npm run train -- --data DIR', options: { seed: 1, teacher: null }, backend: 'wasm', seconds: 125 },
    packs: [{ role: 'train', pack: toyPack('train') }, { role: 'valid', pack }],
    stages: [{ name: 'training', scoreName: 'share of valid tracks', history: [{ epoch: 1, loss: 1.25, score: 0.5 }, { epoch: 2, loss: 0.75, score: 0.8125, seconds: 3 }, { epoch: 3, loss: 0.5, score: 0.75 }] }],
    valid: { pack, scores, stretches: { accuracy: 0.625, count: 24 }, crossFittedEce: 0.0417 },
    tradeOffDelay: 'median delay',
    tradeOff: [{ settings: '500 ms', flipsPerMinute: 1.25, delayS: 7.5, shipped: true }, { settings: '1000 ms', flipsPerMinute: 0.5, delayS: 9.25, shipped: false }],
    cost: { machine: 'a processor', points: [
      { name: 'sample', parameters: 5, multiplyAddsPerSecond: 1e6, msBatch64: 0.5, msBatch1: 2, msRecomputed: 8, accuracy: 0.8125, shipped: true },
      { name: 'larger', parameters: 50, multiplyAddsPerSecond: 1e7, msBatch64: 4, accuracy: 0.875, shipped: false },
    ] },
    kfold: { folds: [{ name: '1', tracks: 10, accuracy: 0.5 }, { name: '2', tracks: 10, accuracy: 0.7 }] },
    protocols: [
      { name: 'random chunks', how: 'split at random', trainItems: 100, validItems: 50, accuracy: 0.94, trainAccuracy: 0.99 },
      { name: 'artists apart', how: 'as they are', trainItems: 100, validItems: 40, accuracy: 0.55 },
    ],
    external: [{ name: 'elsewhere', tracks: 8, accuracy: 0.375 }],
    licences: ['Synthetic.'],
    limits: ['Nothing but noise.'],
    createdAt: '2026-11-21T10:00:00.000Z',
  };
}

export function sampleReport(): ReportData {
  return reportData(sampleSource());
}
