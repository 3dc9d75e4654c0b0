#!/usr/bin/env node
/** Entry point of the command line; each command is a file that registers itself. */
import { cac, type CAC } from 'cac';
import { runCommand } from '../../models/command-line.js';
import { VERSION } from '../version.js';
import { exactArguments } from './exact-arguments.js';
import { exitCodeOf, USAGE_EXIT_CODE } from './exit-code.js';

/** Commands; each is a module in this folder that exports `register`. */
const COMMANDS = ['serve', 'classify', 'library', 'similar', 'playlist', 'inspect', 'send', 'watch', 'features', 'evaluate', 'token', 'doctor'] as const;

try {
  await main(exactArguments(process.argv).slice(2));
} catch (error) {
  const { message } = error as Error;
  const exitCode = exitCodeOf(error);
  console.error(`livegenre: ${message}`);
  if (exitCode === USAGE_EXIT_CODE) console.error('Run livegenre --help for the commands, livegenre COMMAND --help for a command\'s options.');
  process.exit(exitCode);
}

async function main(argv: readonly string[]): Promise<void> {
  const cli = cac('livegenre');
  cli.version(VERSION);
  cli.help();
  // Load only the named command; without one load all, for the help and the default command.
  const [first] = argv;
  for (const command of COMMANDS.some((each) => each === first) ? [first] : COMMANDS) {
    const { register } = await import(`./${command}.js`) as { register(cli: CAC): void };
    register(cli);
  }
  await runCommand(cli, argv);
}
