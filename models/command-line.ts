/**
 * Reads a command line, for all commands of `livegenre` and of training. Each option has a type, and one
 * without is text: its value stays as it was typed, whether it looks like a number (000123, 106.7, 0x10,
 * 1e5, twenty digits), like `true`, or is empty. The package cac holds the commands and prints their
 * help; its own parser is not used, because it turns text that looks like a number into one.
 */
import type { CAC, Command } from 'cac';

type Option = Command['options'][number];

/** How the value of an option is read, and what stands for it when it is not given; the third argument of cac's `option`. */
export interface OptionType {
  readonly default?: string | number;
  /** May be given several times; the value is then an array. */
  readonly repeats?: boolean;
  /** @throws Error with what is wanted, such as "a whole number from 1 to 64" */
  read(text: string): unknown;
}

/** A command line that can't be used; the sentence names the option. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Text that is not empty: the type of an option without one. */
export function text(fallback?: string): OptionType {
  return {
    ...defaultOf(fallback),
    read(value) {
      if (value.trim() === '') throw new Error('not empty');
      return value;
    },
  };
}

/** Any text, which its owner checks. */
export const ANY_TEXT: OptionType = { read: (value) => value };

/** The same, as often as wanted. */
export function repeated(type: OptionType): OptionType {
  return { ...type, repeats: true };
}

/** A whole number in decimal digits, with leading zeros at most; what a double can't hold exactly is refused. */
export function whole({ min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER, fallback }: { readonly min?: number; readonly max?: number; readonly fallback?: number } = {}): OptionType {
  const wanted = max === Number.MAX_SAFE_INTEGER ? `a whole number${min === Number.MIN_SAFE_INTEGER ? '' : ` from ${min} on`}` : `a whole number from ${min} to ${max}`;
  return {
    ...defaultOf(fallback),
    read(value) {
      const number = /^-?\d+$/.test(value) ? Number(value) : NaN;
      if (!(number >= min && number <= max)) throw new Error(wanted);
      return number;
    },
  };
}

/** A number in decimal notation, such as 0.2 or 2e-4; a whole one that a double can't hold exactly is refused. */
export function decimal({ wanted = 'a number such as 0.2', holds = () => true, fallback }: { readonly wanted?: string; readonly holds?: (value: number) => boolean; readonly fallback?: number } = {}): OptionType {
  return {
    ...defaultOf(fallback),
    read(value) {
      const number = /^-?(\d+\.?\d*|\.\d+)(e-?\d{1,3})?$/.test(value) ? Number(value) : NaN;
      const isRounded = /^-?\d+$/.test(value) && !Number.isSafeInteger(number);
      if (!Number.isFinite(number) || isRounded || !holds(number)) throw new Error(wanted);
      return number;
    },
  };
}

/** One of some words. */
export function oneOf(words: readonly string[]): OptionType {
  return {
    read(value) {
      if (!words.includes(value)) throw new Error(`one of ${words.join(', ')}`);
      return value;
    },
  };
}

/** What a command line asks for. */
export type Request = { readonly asks: 'help'; readonly command: Command | undefined }
  | { readonly asks: 'version' }
  | { readonly asks: 'run'; readonly command: Command; readonly words: readonly string[]; readonly options: Readonly<Record<string, unknown>> };

/**
 * @param argv without the program's own name
 * @throws UsageError
 */
export function readCommandLine(cli: CAC, argv: readonly string[]): Request {
  const end = argv.indexOf('--');
  const before = end === -1 ? argv : argv.slice(0, end);
  const asks = (flags: readonly string[]): boolean => before.some((word) => flags.includes(word));
  const attempts = cli.commands
    .filter(({ name }) => name !== '' && before.includes(name))
    .map((command) => attempt(cli, command, before))
    .filter(({ command, words }) => words[0] === command.name)
    .map((each) => ({ ...each, words: each.words.slice(1) }));
  const byDefault = cli.commands.filter((command) => command.isDefaultCommand).map((command) => attempt(cli, command, before));
  if (asks(['-h', '--help'])) return { asks: 'help', command: attempts[0]?.command };
  if (attempts.length === 0 && asks(['-v', '--version']) && cli.globalCommand.versionNumber !== undefined) return { asks: 'version' };
  const all = [...attempts, ...byDefault];
  // A word may be a command's name and the value of an option of another: the reading without a fault counts.
  const found = all.find((each) => faultOf(each) === undefined) ?? all[0];
  if (!found) throw new UsageError('There is no command to run.');
  const fault = faultOf(found);
  if (fault !== undefined) throw new UsageError(fault);
  const rest = end === -1 ? [] : argv.slice(end + 1);
  return { asks: 'run', command: found.command, words: found.words, options: { ...optionsOf(found), '--': rest } };

  function faultOf({ command, words, fault: first }: Attempt): string | undefined {
    if (first !== undefined) return first;
    const most = command.args.some(({ variadic }) => variadic) ? Infinity : command.args.length;
    const least = command.args.filter(({ required }) => required).length;
    if (words.length < least) return `${command.rawName} needs ${least} ${least === 1 ? 'word' : 'words'}; ${words.length} are given.`;
    if (words.length <= most) return undefined;
    const names = cli.commands.map(({ name }) => name).filter((name) => name !== '');
    return command.isDefaultCommand && names.length > 1
      ? `There is no command ${JSON.stringify(words[0])}; the commands are ${names.join(', ')}.`
      : `There is no use for ${JSON.stringify(words[most])} here.`;
  }
}

/** Runs what the command line asks for. @throws UsageError, and whatever the command throws */
export async function runCommand(cli: CAC, argv: readonly string[]): Promise<void> {
  const request = readCommandLine(cli, argv);
  if (request.asks === 'version') return cli.outputVersion();
  if (request.asks === 'help') return (request.command ?? (cli.commands.length === 1 ? cli.commands[0]! : cli.globalCommand)).outputHelp();
  const { command, words, options } = request;
  const named = command.args.map(({ variadic }, index) => (variadic ? words.slice(index) : words[index]));
  await command.commandAction?.(...named, options);
}

/** A command line read with the options of one command. */
interface Attempt {
  readonly command: Command;
  readonly words: readonly string[];
  readonly values: ReadonlyMap<Option, readonly unknown[]>;
  /** The first thing that can't be used. */
  readonly fault: string | undefined;
}

function attempt(cli: CAC, command: Command, argv: readonly string[]): Attempt {
  const options = [...cli.globalCommand.options, ...command.options];
  const words: string[] = [];
  const values = new Map<Option, unknown[]>();
  let fault: string | undefined;
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === '-' || !word.startsWith('-')) {
      words.push(word);
      continue;
    }
    const [flag, value] = cut(word);
    const { option, isNegated } = find(options, flag);
    if (!option) {
      fault ??= `Unknown option ${flag}.`;
      continue;
    }
    let given: string | boolean | undefined = isNegated ? false : value;
    if (given === undefined && option.isBoolean !== true) {
      const next = argv[i + 1];
      // A value may begin with a dash if it is a number, or after =.
      if (next !== undefined && (!next.startsWith('-') || (option.required === true && /^-(\.?\d.*)?$/.test(next)))) {
        given = next;
        i += 1;
      } else if (option.required === true) {
        fault ??= `Option ${option.rawName} value is missing.`;
        continue;
      }
    }
    try {
      values.set(option, [...values.get(option) ?? [], typeof given === 'string' ? read(option, flag, given) : given ?? true]);
    } catch (error) {
      fault ??= (error as Error).message;
    }
  }
  for (const [option, all] of values) {
    if (all.length > 1 && option.isBoolean !== true && typeOf(option).repeats !== true) fault ??= `${flagOf(option)} is given ${all.length} times; give it once.`;
  }
  return { command, words, values, fault };
}

function optionsOf({ command, values }: Attempt): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const { name, config } of command.options) if (config.default !== undefined) options[name] = config.default;
  for (const [option, all] of values) options[option.name] = typeOf(option).repeats === true ? all : all.at(-1);
  return options;
}

/** `--name=value` as its two parts. */
function cut(word: string): [flag: string, value: string | undefined] {
  const at = word.indexOf('=');
  return at === -1 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

function find(options: readonly Option[], flag: string): { readonly option: Option | undefined; readonly isNegated: boolean } {
  const named = (name: string): Option | undefined => options.find(({ names }) => names.includes(name.replaceAll(/([a-z])-([a-z])/g, (_, a: string, b: string) => a + b.toUpperCase())));
  const name = flag.replace(/^--?/, '');
  if (flag.startsWith('--') !== name.length > 1) return { option: undefined, isNegated: false };
  const positive = name.startsWith('no-') ? named(name.slice(3)) : undefined;
  const option = named(name);
  return option || !positive || positive.required === true ? { option, isNegated: false } : { option: positive, isNegated: true };
}

function read(option: Option, flag: string, value: string): unknown {
  if (option.isBoolean === true) {
    if (value === 'true' || value === 'false') return value === 'true';
    throw new Error(`${flag} takes no value; it is given ${JSON.stringify(value)}.`);
  }
  try {
    return typeOf(option).read(value);
  } catch (error) {
    throw new Error(`${flag} must be ${(error as Error).message}; it is ${JSON.stringify(value)}.`);
  }
}

function typeOf({ config }: Option): OptionType {
  return 'read' in config ? config as OptionType : text();
}

/** `--max-streams` as it is registered, without its value. */
function flagOf({ rawName }: Option): string {
  return /--[a-z][a-z0-9-]*/.exec(rawName)?.[0] ?? rawName;
}

function defaultOf<T>(fallback: T | undefined): { default?: T } {
  return fallback === undefined ? {} : { default: fallback };
}
