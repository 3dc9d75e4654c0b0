/** Runs a command line: an error is printed as one line and sets exit code 1. */
import type { CAC } from 'cac';
import { runCommand } from '../command-line.js';

export async function runCommandLine(cli: CAC, args: readonly string[] = process.argv): Promise<void> {
  cli.help();
  try {
    await runCommand(cli, args.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
