/**
 * `npm run report -- --run DIR [--figures FILE…] [--cost FILE] [--beside DIR…]`: rebuilds the report of
 * a run from its run.json and adds later measurements: output of `evaluate` (with the trade-off of a
 * sweep), cost of networks, and accuracy of other runs.
 */
import { resolve } from 'node:path';
import { cac } from 'cac';
import { repeated, text } from '../../command-line.js';
import { runCommandLine } from '../command-line.js';
import { withAccuracy } from './cost-points.js';
import { costSchema } from './data.js';
import { readEvaluations } from './evaluation.js';
import { readJson } from './json-file.js';
import { tradeOffOf } from './evaluation-tables.js';
import { readRun, writeReport } from './write.js';

interface Flags {
  readonly run: string;
  readonly figures?: string | string[];
  readonly cost?: string;
  readonly beside?: string | string[];
}

async function report({ run, figures, cost, beside }: Flags): Promise<void> {
  const folder = resolve(run);
  const data = await readRun(folder);
  const evaluations = (await Promise.all([figures ?? []].flat().map(readEvaluations))).flat();
  const others = await Promise.all([beside ?? []].flat().map((other) => readRun(resolve(other))));
  const measured = cost === undefined ? data.cost : await readJson(cost, costSchema, 'the output of `npm run bench:network -- --json`');
  const path = await writeReport(folder, {
    ...data,
    ...(evaluations.length > 0 && { evaluations, ...tradeOffOf(evaluations) }),
    ...(measured && { cost: { ...measured, points: withAccuracy(measured.points, [data, ...others], data) } }),
  });
  console.log(path);
}

const cli = cac('npm run report --');
cli
  .command('', 'Rebuild the report of a run')
  .option('--run <dir>', 'Folder of the run, with run.json', { default: '.runs/train' })
  .option('--figures <file>', 'Output of livegenre evaluate --json; repeatable', repeated(text()))
  .option('--cost <file>', 'Output of npm run bench:network -- --json')
  .option('--beside <dir>', 'Folder of another run whose accuracy is listed with its cost; repeatable', repeated(text()))
  .action(report);
await runCommandLine(cli);
