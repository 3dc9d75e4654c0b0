/** The server's settings as options of a command. */
import type { Command } from 'cac';
import { ANY_TEXT } from '../../models/command-line.js';
import { envOf, flagOf, SETTINGS, type Setting, type SettingName } from '../settings.js';

export function addSettings(command: Command): void {
  for (const [name, setting] of Object.entries(SETTINGS) as [SettingName, Setting<unknown>][]) {
    const value = typeof setting.default === 'boolean' ? '[on|off]' : `<${setting.unit || 'value'}>`;
    command.option(`${flagOf(name)} ${value}`, describe(name, setting), ANY_TEXT); // readSettings checks it
  }
}

function describe(name: SettingName, setting: Setting<unknown>): string {
  const { default: value, alsoEnv } = setting;
  const shown = typeof value === 'boolean' ? (value ? 'on' : 'off') : Array.isArray(value) || value === '' ? 'none' : value;
  return `${setting.description} (${[envOf(name), alsoEnv].filter(Boolean).join(', ')}; default ${shown})`;
}
