#!/usr/bin/env node
/** Entry point of the command line; each command is a file that registers itself. */
import { cac, type CAC } from 'cac';
import { runCommand, UsageError } from '../../models/command-line.js';
import { SettingError } from '../settings.js';
import { VERSION } from '../version.js';
import { exactArguments } from './exact-arguments.js';

/** Commands; each is a module in this folder that exports `register`. */
const COMMANDS = ['serve', 'classify', 'send', 'watch', 'features', 'evaluate', 'doctor'] as const;

/** Exit code for wrong usage. */
const USAGE_EXIT_CODE = 2;

try {
  await main(exactArguments(process.argv).slice(2));
} catch (error) {
  const { message } = error as Error;
  const isUsage = error instanceof UsageError || error instanceof SettingError;
  console.error(`livegenre: ${message}`);
  if (isUsage) console.error('Run livegenre --help for the commands, livegenre COMMAND --help for a command\'s options.');
  process.exit(isUsage ? USAGE_EXIT_CODE : 1);
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
