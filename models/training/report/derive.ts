/** Computes all figures of a report from the block scores of the valid tracks. */
import { blockMs, type Manifest } from '../../manifest.js';
import { accuracy, argmax, confusionMatrix, genreScores, macroF1, median, wilson95 } from '../../metrics.js';
import type { Layer } from '../../layer-schema.js';
import { describe } from '../../network.js';
import type { Pack, Track } from '../../packs/pack.js';
import { softmax } from '../../step/probabilities.js';
import type { Extras, ReportData } from './data.js';
import type { ScoredTrack } from './scored-track.js';
import { confusionExamples } from './examples.js';
import { reliability } from './reliability.js';

export interface ReportSource extends Extras {
  readonly model: Pick<Manifest, 'name' | 'version' | 'labels' | 'frontEnd' | 'blockColumns' | 'layers' | 'calibration'>;
  readonly run: ReportData['run'];
  /** Packs of the run and their roles. */
  readonly packs: ReadonlyArray<{ readonly role: ReportData['packs'][number]['role']; readonly pack: Pack }>;
  readonly stages: ReadonlyArray<{ readonly name: string; readonly scoreName: string; readonly leaves?: 'last' | undefined; readonly history: ReadonlyArray<{ epoch: number; loss: number; score: number; seconds?: number }> }>;
  readonly valid: {
    readonly pack: Pack;
    /** Scored tracks, in the order of `scores`; default: all tracks of the pack. */
    readonly tracks?: readonly Track[];
    /** 'chunks' if tracks were cut; default 'tracks'. */
    readonly items?: ReportData['items'];
    /**
     * [blocks × labels] natural logarithms of probabilities at temperature 1, as returned by
     * `scoreTracks`. If a track has more blocks than scores, its first blocks were not scored.
     */
    readonly scores: ReadonlyArray<{ readonly truth: number; readonly logScores: Float32Array }>;
    readonly stretches?: ReportData['figures']['stretches'];
    readonly crossFittedEce?: number;
  };
  readonly licences?: readonly string[];
  /** Limitations to list besides the ones the report derives. */
  readonly limits?: readonly string[];
  /** ISO 8601; default now. */
  readonly createdAt?: string;
}

/** @throws Error when the number of scores and tracks differ, or there are none */
export function reportData(source: ReportSource): ReportData {
  const { model, run, packs, stages, valid, tradeOff, tradeOffDelay, cost, kfold, protocols, external, evaluations } = source;
  const { labels, frontEnd, calibration: { temperature } } = model;
  const tracks = valid.tracks ?? valid.pack.tracks;
  if (tracks.length !== valid.scores.length || tracks.length === 0) {
    throw new Error(`A report needs the scores of each valid track: there are ${valid.scores.length} for ${tracks.length} tracks.`);
  }
  const scored = valid.scores.map(({ truth, logScores }, index) => score(tracks[index]!, truth, logScores, model, temperature));
  const truths = scored.map(({ truth }) => truth);
  const answers = scored.map(({ answer }) => answer);
  const confusion = confusionMatrix(truths, answers, labels.length);
  const perGenre = genreScores(confusion);
  const share = accuracy(truths, answers);
  const blockS = blockMs(model as Manifest) / 1000;
  const description = describe(model.layers, frontEnd.bands);
  const raw = valid.scores.map(({ truth, logScores }, index) => score(tracks[index]!, truth, logScores, model, 1));
  return {
    format: 1,
    createdAt: source.createdAt ?? new Date().toISOString(),
    model: {
      name: model.name,
      version: model.version,
      labels: [...labels],
      parameters: description.parameters,
      multiplyAddsPerSecond: (description.multiplyAdds * frontEnd.sampleRate) / frontEnd.hop,
      layers: model.layers.map(inWords),
      temperature,
      blockS,
      fMinHz: valid.pack.frontEnd.fMin,
      fMaxHz: valid.pack.frontEnd.fMax,
    },
    run,
    packs: packs.map(({ role, pack }) => packFacts(role, pack)),
    stages: stages.map(({ history, ...stage }) => ({ ...stage, history: [...history] })),
    figures: {
      accuracy: share,
      interval: clamped(wilson95(share, scored.length)),
      macroF1: macroF1(perGenre),
      ...(valid.stretches && { stretches: valid.stretches }),
      confusion,
      perGenre: perGenre.map((genre) => ({ ...genre, recallInterval: clamped(wilson95(genre.recall, genre.support)) })),
    },
    calibration: {
      calibrated: reliability(scored, labels.length),
      raw: reliability(raw, labels.length),
      ...(valid.crossFittedEce !== undefined && { crossFittedEce: valid.crossFittedEce }),
    },
    items: valid.items ?? 'tracks',
    ...overTime(scored, labels.length, blockS),
    tracks: scored.map(({ track, truth, answer, probabilities }) => ({ id: track.id, truth, answer, p: probabilities[answer]! })),
    examples: confusionExamples(scored, valid.pack, labels.length, model.blockColumns),
    ...(tradeOff && { tradeOff }),
    ...(tradeOffDelay !== undefined && { tradeOffDelay }),
    ...(cost && { cost }),
    ...(kfold && { kfold }),
    ...(protocols && { protocols }),
    ...(external && { external }),
    ...(evaluations && { evaluations }),
    licences: [...source.licences ?? []],
    limits: [...source.limits ?? []],
  };
}

function score(track: Track, truth: number, logScores: Float32Array, { labels: { length: labels }, blockColumns }: ReportSource['model'], temperature: number): ScoredTrack {
  const blocks = new Float32Array(logScores.length);
  const means = new Float64Array(labels);
  for (let at = 0; at < logScores.length; at += labels) {
    blocks.set(logScores.subarray(at, at + labels), at);
    softmax(blocks, at, at + labels, temperature);
    for (let label = 0; label < labels; label++) means[label]! += (logScores[at + label]! * labels) / logScores.length;
  }
  const probabilities = means.slice();
  softmax(probabilities, 0, labels, temperature);
  return { track, truth, probabilities, answer: argmax(means), firstBlock: Math.max(0, Math.floor(track.columns / blockColumns) - logScores.length / labels), blocks, logScores };
}

/**
 * For each n, the accuracy of the mean log score of the first n scored blocks; a track that has ended
 * keeps its last prediction.
 */
function overTime(scored: readonly ScoredTrack[], labels: number, blockS: number): Pick<ReportData, 'overTime' | 'medianSettledS'> {
  const blocks = Math.max(...scored.map(({ logScores }) => logScores.length / labels));
  const firstBlock = Math.min(...scored.map((track) => track.firstBlock)); // same for all tracks
  const right = new Float64Array(blocks);
  const settled = new Float64Array(blocks);
  const settledAtS: number[] = [];
  for (const { truth, logScores } of scored) {
    const sums = new Float64Array(labels);
    const own = logScores.length / labels;
    let isRight = false;
    let settledFrom = blocks;
    for (let block = 0; block < blocks; block++) {
      if (block < own) {
        for (let label = 0; label < labels; label++) sums[label]! += logScores[block * labels + label]!;
        isRight = argmax(sums) === truth;
      }
      if (isRight) {
        right[block]! += 1 / scored.length;
        settledFrom = Math.min(settledFrom, block);
      } else {
        settledFrom = blocks;
      }
    }
    for (let block = settledFrom; block < blocks; block++) settled[block]! += 1 / scored.length;
    if (settledFrom < blocks) settledAtS.push((firstBlock + settledFrom + 1) * blockS);
  }
  return {
    overTime: Array.from({ length: blocks }, (_, block) => ({ seconds: (firstBlock + block + 1) * blockS, right: Math.min(1, right[block]!), settled: Math.min(1, settled[block]!) })),
    medianSettledS: median(settledAtS) ?? null,
  };
}

function packFacts(role: ReportData['packs'][number]['role'], { name, labels, tracks, frontEnd: { hop, sampleRate } }: Pack): ReportData['packs'][number] {
  const columns = tracks.reduce((total, track) => total + track.columns, 0);
  return {
    role,
    name,
    tracks: tracks.length,
    hours: (columns * hop) / sampleRate / 3600,
    perLabel: Object.fromEntries(labels.map((label) => [label, tracks.filter(({ genre }) => genre === label).length])),
  };
}

/** A layer as text from its own fields, such as `conv2d, filters 20, kernel 3 × 3, pool 2`. */
function inWords({ type, ...settings }: Layer): string {
  const parts = Object.entries(settings).map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(' × ') : String(value)}`);
  return [type, ...parts].join(', ');
}

function clamped([low, high]: readonly [number, number]): [number, number] {
  return [Math.max(0, low), Math.min(1, high)];
}
