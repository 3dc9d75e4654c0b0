/** Text stays text: what is typed is what a command gets, and a number is one only where the option says so. */
import { cac } from 'cac';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ANY_TEXT, decimal, oneOf, readCommandLine, repeated, text, UsageError, whole } from '../../models/command-line.js';

function cli() {
  const own = cac('tool');
  own.help();
  own.version('1.2.3');
  own.command('play [...files]', 'Play')
    .option('--name <name>', 'Text')
    .option('--token <token>', 'Any text', ANY_TEXT)
    .option('--jobs <n>', 'Whole', whole({ min: 1, max: 64 }))
    .option('--below <db>', 'Whole, below zero too', whole({ fallback: -60 }))
    .option('--share <share>', 'Decimal', decimal())
    .option('--kind <kind>', 'A word', oneOf(['a', 'b']))
    .option('--also <name>', 'Several', repeated(text()))
    .option('--demo [on|off]', 'Value if wanted', ANY_TEXT)
    .option('--json', 'No value')
    .action(() => {});
  own.command('show [id]', 'Show').action(() => {});
  own.command('serve', 'Serve').alias('!').option('--port <port>', 'Port', whole({ min: 0, max: 65_535 })).action(() => {});
  return own;
}

function asked(...argv: string[]) {
  const request = readCommandLine(cli(), argv);
  if (request.asks !== 'run') throw new Error(`it asks for ${request.asks}`);
  return { command: request.command.name, words: request.words, options: request.options };
}

function refusal(...argv: string[]): string {
  try {
    return `accepted: ${JSON.stringify(asked(...argv))}`;
  } catch (error) {
    assert.instance(error, UsageError);
    return (error as Error).message;
  }
}

test('any text that begins with no dash arrives as it was typed, after a space and after =', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.constantFrom('000123', '106.7', '0x10', '1e5', '12345678901234567890', 'true', 'false', 'null', 'NaN', '1_000', ' 7 ')), (value) => {
    assert.is(asked('play', `--token=${value}`).options.token, value);
    if (!value.startsWith('-')) assert.is(asked('play', '--token', value).options.token, value);
    if (value.trim() !== '') assert.is(asked('play', `--name=${value}`).options.name, value);
  }));
});

test('words stay words, whatever stands before them', () => {
  assert.equal(asked('play', '000123', '--json', '0x10', '-', '1e5').words, ['000123', '0x10', '-', '1e5']);
  assert.equal(asked('play', '--json', 'true').words, ['true']);
  assert.equal(asked('show', '106.7').words, ['106.7']);
  const { words, options } = asked('play', 'a', '--', '--json', '-', '7');
  assert.equal([words, options['--'], options.json], [['a'], ['--json', '-', '7'], undefined]);
});

test('whole numbers are decimal digits in range', () => {
  assert.is(asked('play', '--jobs', '007').options.jobs, 7);
  assert.is(asked('play', '--below', '-12').options.below, -12);
  assert.is(asked('play').options.below, -60);
  for (const value of ['0', '65', '0x10', '1e1', '3.0', '', ' 3', '12345678901234567890', 'true', '-3']) {
    assert.is(refusal('play', `--jobs=${value}`), `--jobs must be a whole number from 1 to 64; it is ${JSON.stringify(value)}.`);
  }
  assert.match(refusal('play', '--below', '12345678901234567890'), '--below must be a whole number');
});

test('decimal numbers are written as people write them', () => {
  for (const [value, number] of [['0.2', 0.2], ['.5', 0.5], ['3', 3], ['2e-4', 0.0002], ['-1.5', -1.5]] as const) assert.is(asked('play', '--share', value).options.share, number);
  for (const value of ['0x10', '', 'Infinity', '1e999', '1,5', 'true']) assert.match(refusal('play', `--share=${value}`), /^--share must be a number/);
});

test('an option is given once, unless several are wanted', () => {
  assert.is(refusal('play', '--name', 'a', '--name', 'a'), '--name is given 2 times; give it once.');
  assert.is(refusal('play', '--name=a', '--name', 'b', '--name', 'c'), '--name is given 3 times; give it once.');
  assert.equal(asked('play', '--also', '1', '--also', '02').options.also, ['1', '02']);
  assert.equal(asked('play', '--also', '1').options.also, ['1']);
  assert.is(asked('play', '--json', '--json').options.json, true);
});

test('a missing, an empty and a superfluous value are told', () => {
  assert.is(refusal('play', '--name'), 'Option --name <name> value is missing.');
  assert.is(refusal('play', '--name', '--json'), 'Option --name <name> value is missing.');
  assert.is(refusal('play', '--name', ''), '--name must be not empty; it is "".');
  assert.is(refusal('play', '--name='), '--name must be not empty; it is "".');
  assert.is(asked('play', '--token=', 'next').options.token, '');
  assert.is(refusal('play', '--json=0x10'), '--json takes no value; it is given "0x10".');
  assert.is(asked('play', '--json=false').options.json, false);
  assert.is(refusal('play', '--kind', 'c'), '--kind must be one of a, b; it is "c".');
});

test('a value that may be left away is true without one', () => {
  assert.equal([asked('play', '--demo'), asked('play', '--no-demo'), asked('play', '--demo', '000')].map(({ options }) => options.demo), [true, false, '000']);
});

test('unknown options and superfluous words are told', () => {
  for (const flag of ['--nothing', '-x', '--no-name', '--no-nothing', '-name', '--n', '--__proto__', '-7']) assert.is(refusal('play', flag), `Unknown option ${flag}.`, flag);
  assert.is(refusal('play', '--nothing=7'), 'Unknown option --nothing.');
  assert.is(refusal('show', 'a', '007'), 'There is no use for "007" here.');
  assert.is(refusal('stop'), 'There is no command "stop"; the commands are play, show, serve.');
});

test('the command is the first word that is no value', () => {
  assert.is(asked('--port', '9000').command, 'serve');
  assert.is(asked('--port', '9000', 'serve').command, 'serve');
  assert.is(asked('--name', 'x', 'play', 'show').command, 'play');
  assert.equal(asked('play', '--name', 'show'), { command: 'play', words: [], options: { below: -60, name: 'show', '--': [] } });
});

test('help and version are asked for, but not by a value', () => {
  assert.equal([['play', '--port', '--help'], ['-h'], ['--version'], ['play', '--name=--help']].map((argv) => readCommandLine(cli(), argv).asks), ['help', 'help', 'version', 'run']);
});

test.run();
