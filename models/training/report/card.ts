/**
 * `npm run card -- --model DIR --figures FILE… [--cost FILE [--beside RUN…]] [--data DIR]`: writes the
 * figures into a model's card.md, between two markers. They come from the output of `evaluate --json`
 * and `bench:network --json`, and the accuracy of other runs. Text outside the markers is not changed;
 * a missing card is created from model.json.
 */
import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { cac } from 'cac';
import { loadBundle } from '../../model-folder.js';
import { writeAtomically } from '../../write-atomically.js';
import { repeated, text } from '../../command-line.js';
import { runCommandLine } from '../command-line.js';
import { cardFigures, newCard, withFigures } from './card-text.js';
import { withAccuracy } from './cost-points.js';
import { costSchema } from './data.js';
import { readEvaluations } from './evaluation.js';
import { readJson } from './json-file.js';
import { readRun } from './write.js';

interface Flags {
  readonly model: string;
  readonly figures?: string | string[];
  readonly cost?: string;
  readonly data?: string;
  readonly beside?: string | string[];
}

async function card({ model, figures, cost, data, beside }: Flags): Promise<void> {
  const folder = resolve(model);
  const files = [figures ?? []].flat();
  if (files.length === 0) throw new Error('Name at least one file with --figures: the output of `livegenre evaluate --json`.');
  const path = join(folder, 'card.md');
  const text = await readFile(path, 'utf8').catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return newCard((await loadBundle(folder)).manifest);
  });
  const link = (file: string): string => relative(folder, resolve(file)).replaceAll('\\', '/');
  const evaluations = await Promise.all(files.map(async (file) => ({ file: link(file), evaluations: await readEvaluations(file) })));
  const runs = await Promise.all([beside ?? []].flat().map((run) => readRun(resolve(run))));
  const measured = cost === undefined ? undefined : await readJson(cost, costSchema, 'the output of `npm run bench:network -- --json`');
  const costs = measured && { file: link(cost!), cost: { ...measured, points: withAccuracy(measured.points, runs) } };
  await writeAtomically(path, withFigures(text, cardFigures(evaluations, costs, data)));
  console.log(path);
}

const cli = cac('npm run card --');
cli
  .command('', 'Write figures into a model\'s card')
  .option('--model <dir>', 'Folder of the model', { default: 'models/genre-v2' })
  .option('--figures <file>', 'Output of livegenre evaluate --json; repeatable, the most important first', repeated(text()))
  .option('--cost <file>', 'Output of npm run bench:network -- --json')
  .option('--beside <dir>', 'Folder of a training run whose accuracy is listed with its cost; repeatable', repeated(text()))
  .option('--data <dir>', 'Folder that the data folders are in, to show in the card\'s commands')
  .action(card);
await runCommandLine(cli);
