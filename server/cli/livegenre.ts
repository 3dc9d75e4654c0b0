#!/usr/bin/env node
/** Entry point of the command line. */
import { exactArguments } from './exact-arguments.js';
import { run } from './run.js';

const exitCode = await run(exactArguments(process.argv).slice(2));
if (exitCode !== undefined) process.exit(exitCode);
