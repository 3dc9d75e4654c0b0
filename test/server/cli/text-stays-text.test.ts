/** All options of all commands with values that other parsers take for numbers or booleans. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cac, type CAC } from 'cac';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readCommandLine, UsageError } from '../../../models/command-line.js';
import { register as registerTraining } from '../../../models/training/options.js';
import { flagOf, readSettings, SettingError, SETTINGS, type SettingName } from '../../../server/settings.js';

const FOLDER = fileURLToPath(new URL('../../../server/cli/', import.meta.url));
const VALUES = ['000123', '106.7', '0x10', '1e5', '12345678901234567890', '', 'true', 'Ünïcode', ' x '];
/** What a number may be: never another notation, never rounded. */
const asTyped = (value: string): number => (/^-?\d+$/.test(value) && Number.isSafeInteger(Number(value)) ? Number(value) : /^\d+\.\d+$|^\de\d$/.test(value) ? Number(value) : NaN);

const clis: CAC[] = [];

test.before(async () => {
  const names = readdirSync(FOLDER).filter((file) => file.endsWith('.js') && readFileSync(join(FOLDER, file), 'utf8').includes('function register('));
  for (const name of names) {
    const { register } = await import(join(FOLDER, name)) as { register(cli: CAC): void };
    const cli = cac('livegenre');
    register(cli);
    clis.push(cli);
  }
  const training = cac('train');
  registerTraining(training, async () => {});
  clis.push(training);
});

test('every option of every command gets what was typed, a number that means the same, or is refused by its name', () => {
  let walked = 0;
  for (const cli of clis) {
    const [command] = cli.commands;
    for (const { name, rawName, isBoolean } of command!.options) {
      const [flag] = /--[a-z0-9-]+/.exec(rawName)!;
      for (const value of VALUES) {
        for (const argv of [[`${flag}=${value}`], ...(isBoolean === true ? [] : [[flag!, value]])]) {
          const line = [...(command!.name === '' ? [] : [command!.name]), ...argv];
          walked += 1;
          let given: unknown;
          try {
            const request = readCommandLine(cli, line);
            assert.is(request.asks, 'run');
            given = request.asks === 'run' ? request.options[name] : undefined;
          } catch (error) {
            assert.instance(error, UsageError, line.join(' '));
            assert.match((error as Error).message, new RegExp(`^${flag} (must be|takes no value)`), line.join(' '));
            continue;
          }
          if (isBoolean === true) assert.equal([value, given], ['true', true], line.join(' '));
          else if (Array.isArray(given)) assert.equal(given, [value], line.join(' ')); // options that may be repeated
          else assert.ok(given === value || (typeof given === 'number' && given === asTyped(value)), `${line.join(' ')} became ${JSON.stringify(given)}`);
        }
      }
      if (isBoolean === true) continue;
      // Repeated: told once, or kept as a list of what was typed.
      const twice = [`${flag}=000123`, `${flag}=000123`];
      try {
        const request = readCommandLine(cli, [...(command!.name === '' ? [] : [command!.name]), ...twice]);
        assert.equal(request.asks === 'run' && request.options[name], ['000123', '000123'], twice.join(' '));
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        assert.match((error as Error).message, new RegExp(`^${flag} (is given 2 times|must be)`));
      }
    }
  }
  assert.ok(clis.length >= 8 && walked > 1000, `${clis.length} commands, ${walked} command lines`);
});

test('every setting takes from a flag what it takes from the environment, and text is not changed', () => {
  const serve = clis.find(({ commands }) => commands[0]!.name === 'serve')!;
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    for (const value of VALUES) {
      const request = readCommandLine(serve, ['serve', `${flagOf(name)}=${value}`]);
      const options = request.asks === 'run' ? request.options : {};
      let outcome: unknown;
      try {
        outcome = readSettings(options, {})[name];
      } catch (error) {
        assert.instance(error, SettingError);
        assert.ok((error as Error).message.startsWith(`${flagOf(name)} must be `), (error as Error).message);
        continue;
      }
      const shown = JSON.stringify(outcome);
      if (typeof outcome === 'number') assert.is(outcome, asTyped(value), name);
      else if (typeof outcome === 'string') assert.ok(outcome === value || outcome === value.trim(), `${name}: ${value} became ${shown}`);
    }
  }
});

test('a token of digits lets in who gives it, and nobody else', () => {
  const serve = clis.find(({ commands }) => commands[0]!.name === 'serve')!;
  for (const token of ['000123', '1e5', '0x10', '12345678901234567890', '106.70', 'true']) {
    for (const argv of [['serve', '--admin-token', token], ['serve', `--admin-token=${token}`]]) {
      const request = readCommandLine(serve, argv);
      assert.is(request.asks === 'run' && readSettings(request.options, {}).adminToken, token);
    }
  }
});

test.run();
