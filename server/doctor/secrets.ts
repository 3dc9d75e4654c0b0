/** Reports are published, so the values of secret settings are removed from every text. */
import { isSecret, SETTINGS, type Setting, type SettingName, type Settings } from '../settings.js';

const HIDDEN = '(hidden)';
/** Shorter secrets would match inside words. */
const LEAST_CHARS = 4;

/** @returns a function that hides passwords in addresses, and the values of secret settings */
export function hideSecrets(settings: Settings): (text: string) => string {
  const secrets = (Object.entries(SETTINGS) as [SettingName, Setting<unknown>][])
    .flatMap(([name, setting]) => [settings[name]].flat().map(String).filter((value) => isSecret(setting, value)))
    .filter((secret) => secret.length >= LEAST_CHARS);
  return (text) => secrets
    .reduce((left, secret) => left.replaceAll(secret, HIDDEN), text)
    .replace(/(\b[a-z][a-z+.-]*:\/\/)\S*@/gi, `$1${HIDDEN}@`);
}
