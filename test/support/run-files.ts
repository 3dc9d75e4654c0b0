/**
 * Child process of the runner: runs the test files given on its command line one after the other, as
 * uvu's own command does, so that they share loaded modules.
 */
import { pathToFileURL } from 'node:url';
import { FILE_MARK } from './test-process.js';

const uvu = globalThis as unknown as { UVU_DEFER: number; UVU_INDEX: number; UVU_QUEUE: unknown[][] };
uvu.UVU_DEFER = 1; // `test.run()` queues the tests instead of running them
const { exec } = await import('uvu');

for (const file of process.argv.slice(2)) {
  for (const stream of [process.stdout, process.stderr]) stream.write(`${FILE_MARK}${file}\n`);
  uvu.UVU_INDEX = 0;
  uvu.UVU_QUEUE.splice(0, Infinity, [null]);
  await import(pathToFileURL(file).href);
  await exec();
}
// Failed tests are in the totals; another code than 0 says that the process itself went wrong.
process.exitCode = 0;
