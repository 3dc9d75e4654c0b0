/**
 * `npm run train -- --data DIR`: trains on data packs and writes a model folder and a report. The
 * protocol decides how the tracks are split. Each split trains one network, from labels alone or with a
 * teacher first. An interrupted stage resumes from its checkpoint.
 */
import { runCommand } from './options.js';
import { terminalProgress } from './progress.js';
import { train } from './training.js';

await runCommand(process.argv, (options) => train(options, terminalProgress()));
