/** Runs a command line of `livegenre`; each command is a file of this folder that registers itself. */
import { cac, type CAC } from 'cac';
import { runCommand } from '../../models/command-line.js';
import { VERSION } from '../version.js';
import { exitCodeOf, USAGE_EXIT_CODE } from './exit-code.js';

/** Commands; each is a module in this folder that exports `register`. */
const COMMANDS = ['serve', 'classify', 'library', 'similar', 'playlist', 'inspect', 'send', 'watch', 'stations', 'features', 'evaluate', 'token', 'backup', 'restore', 'move', 'doctor'] as const;

/**
 * Errors are told on standard error.
 * @param argv without the program's own name
 * @returns the exit code of a command that has failed
 */
export async function run(argv: readonly string[]): Promise<number | undefined> {
  try {
    await main(argv);
    return undefined;
  } catch (error) {
    const exitCode = exitCodeOf(error);
    console.error(`livegenre: ${(error as Error).message}`);
    if (exitCode === USAGE_EXIT_CODE) console.error('Run livegenre --help for the commands, livegenre COMMAND --help for a command\'s options.');
    return exitCode;
  }
}

async function main(argv: readonly string[]): Promise<void> {
  const cli = cac('livegenre');
  cli.version(VERSION);
  cli.help();
  for (const command of needed(argv)) {
    const { register } = await import(`./${command}.js`) as { register(cli: CAC): void };
    register(cli);
  }
  await runCommand(cli, argv);
}

/** Only the named command is loaded; without one all, for the help and the default command. */
function needed(argv: readonly string[]): readonly string[] {
  const [first] = argv;
  if (first === '--version' || first === '-v') return [];
  return COMMANDS.some((each) => each === first) ? [first!] : COMMANDS;
}
