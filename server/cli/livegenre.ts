#!/usr/bin/env node
/** Entry point of the command line; each command is a file that registers itself. */
import { cac, type CAC } from 'cac';
import { SettingError } from '../settings.js';
import { VERSION } from '../version.js';

/** Commands; each is a module in this folder that exports `register`. */
const COMMANDS = ['serve', 'classify', 'send', 'watch', 'features', 'evaluate', 'doctor'] as const;

/** Exit code for wrong usage. */
const USAGE_EXIT_CODE = 2;

try {
  await main(process.argv);
} catch (error) {
  const { name, message } = error as Error;
  const isUsage = name === 'CACError' || error instanceof SettingError;
  console.error(`livegenre: ${name === 'CACError' ? sentence(message) : message}`);
  if (isUsage) console.error('Run livegenre --help for the commands, livegenre COMMAND --help for a command\'s options.');
  process.exit(isUsage ? USAGE_EXIT_CODE : 1);
}

async function main(argv: readonly string[]): Promise<void> {
  const cli = cac('livegenre');
  cli.version(VERSION);
  cli.help();
  // Load only the named command; without one load all, for the help and the default command.
  const named = argv.slice(2).find((word) => COMMANDS.some((command) => command === word));
  for (const command of named === undefined ? COMMANDS : [named]) {
    const { register } = await import(`./${command}.js`) as { register(cli: CAC): void };
    register(cli);
  }
  cli.parse(withNegativeNumbers(argv), { run: false });
  if (cli.matchedCommand && cli.matchedCommandName === undefined && cli.args.length > 0) {
    throw new SettingError(`There is no command ${JSON.stringify(cli.args[0])}; the commands are ${COMMANDS.join(', ')}.`);
  }
  await cli.runMatchedCommand();
}

/** Rewrites `--silence-db -60` to `--silence-db=-60`, because the parser takes -60 for an option. */
function withNegativeNumbers(argv: readonly string[]): string[] {
  const joined: string[] = [];
  for (const each of argv) {
    const before = joined.at(-1);
    if (/^-\d/.test(each) && before !== undefined && /^--[a-z-]+$/.test(before)) joined[joined.length - 1] = `${before}=${each}`;
    else joined.push(each);
  }
  return joined;
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1).replaceAll('`', '')}.`;
}
