/** Settings that differ from the defaults. Secrets are only reported as set. */
import { isSecret, SETTINGS, withDefaults, type Setting, type SettingName, type Settings } from '../settings.js';
import { ok, type Finding } from './finding.js';

export function checkSettings(settings: Settings): Finding {
  const defaults = withDefaults();
  const names = (Object.keys(SETTINGS) as SettingName[]).filter((name) => JSON.stringify(settings[name]) !== JSON.stringify(defaults[name]));
  const facts = Object.fromEntries(names.map((name) => [name, shown(name, settings)]));
  return ok(names.length === 0 ? 'all at their defaults' : names.map((name) => `${name} ${facts[name]}`).join(', '), facts);
}

function shown(name: SettingName, settings: Settings): string | number | boolean {
  const value = settings[name];
  const text = typeof value === 'object' ? value.join(',') : value;
  return isSecret(SETTINGS[name] as Setting<unknown>, String(text)) ? 'is set' : text;
}
