/** Options are validated once; errors name the flag. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseOptions } from '../../../models/training/options.js';

const GIVEN = {
  data: 'x', train: 'train', valid: 'valid', run: 'r', name: 'n', seed: 1, arch: 'crnn', width: 1, features: 'mel', protocol: 'fault-filtered',
  folds: 5, pretrainEpochs: 12, modelVersion: '1.0.0', pretrainRate: 0.002, refineEpochs: 7, refineRate: 0.001, refineRuns: 1, mostTags: 50, classWeights: 'balanced',
};

test('features are split at commas', () => {
  assert.equal(parseOptions({ ...GIVEN, features: 'mel,chroma' }).features, ['mel', 'chroma']);
});

test('random chunks default to little regularisation', () => {
  const { epochs, dropout, augmentation } = parseOptions({ ...GIVEN, protocol: 'random-chunks', dropout: 0.2 });
  assert.equal({ epochs, dropout, augmentation }, { epochs: 12, dropout: 0.2, augmentation: 0.15 });
  assert.is(parseOptions(GIVEN).epochs, 60);
});

for (const [given, message] of [
  [{ data: undefined }, /^--data: is required/],
  [{ arch: 'transformer' }, /^--arch: must be crnn, cnn, lstm, cnn-lstm\.$/],
  [{ arch: 'cnn', width: 2 }, /^--width: works with --arch crnn only/],
  [{ width: 0 }, /^--width: /],
  [{ features: 'mel,loudness' }, /^--features: must be mel, mfcc, chroma, contrast, tempogram\.$/],
  [{ features: 'mel,mel' }, /^--features: lists a feature twice\.$/],
  [{ protocol: 'leaky' }, /^--protocol: must be fault-filtered/],
  [{ folds: 1 }, /^--folds: /],
  [{ dropout: 1 }, /^--dropout: /],
  [{ patience: 0 }, /^--patience: /],
  [{ classWeights: 'all' }, /^--class-weights: must be balanced, none\.$/],
  [{ compare: true }, /^--compare: needs --protocol random-chunks\.$/],
  [{ teacher: 't', features: 'mfcc' }, /^--teacher: needs --features mel/],
  [{ unchecked: 'u' }, /^--unchecked: needs --teacher, in whose music its tracks are looked for, or --outside\.$/],
  [{ outside: 'o', features: 'mfcc' }, /^--outside: needs --features mel\.$/],
  [{ only: 'kinds' }, /^--only: must be outside, tags, embedding, ranges\.$/],
  [{ only: 'outside', outside: 'o' }, /^--only: needs --from, the model that gets the output, and --outside\.$/],
  [{ only: 'tags', from: 'm' }, /^--only: needs --from, the model that gets the tags, and --teacher\.$/],
  [{ only: 'tags', from: 'm', teacher: 't', notMusic: 'n' }, /^--only: trains nothing else: leave out --outside/],
  [{ only: 'outside', outside: 'o', from: 'm', teacher: 't' }, /^--only: trains nothing else/],
  [{ model: 'm', protocol: 'kfold' }, /^--model: works only with protocols that train one network/],
] as const) {
  test(`rejected: ${JSON.stringify(given)}`, () => {
    assert.throws(() => parseOptions({ ...GIVEN, ...given }), message);
  });
}

test.run();
