/** Starts livegenre in Home Assistant: the add-on's options and the broker of the Supervisor become settings. */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/**
 * @typedef {{ readonly host: string, readonly port: number, readonly username?: string, readonly password?: string, readonly ssl?: boolean }} Broker
 */

/**
 * Variables of livegenre. An option is named as its setting: `log_level` is LIVEGENRE_LOG_LEVEL.
 * @param {Readonly<Record<string, unknown>>} options those of config.yaml
 * @param {Broker} [broker] as the Supervisor describes it
 * @returns {Record<string, string>}
 */
export function environmentOf(options, broker) {
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const settings = Object.fromEntries(given.map(([name, value]) => [`LIVEGENRE_${name.toUpperCase()}`, String(value)]));
  const environment = { LIVEGENRE_HOST: '0.0.0.0', LIVEGENRE_STATIONS: '/data/stations.json', ...settings };
  if (!broker) return environment;
  const { host, port, username, password, ssl } = broker;
  const user = username ? `${encodeURIComponent(username)}:${encodeURIComponent(password ?? '')}@` : '';
  return {
    ...environment,
    LIVEGENRE_MQTT: `${ssl ? 'mqtts' : 'mqtt'}://${user}${host}:${port}`,
    // The broker is another container, in a private network.
    LIVEGENRE_ALLOW_HOSTS: [settings['LIVEGENRE_ALLOW_HOSTS'], `${host}:${port}`].filter(Boolean).join(','),
  };
}

/** @returns {Promise<Broker | undefined>} undefined where Home Assistant has no broker */
async function brokerOfSupervisor() {
  const response = await fetch('http://supervisor/services/mqtt', { headers: { Authorization: `Bearer ${process.env['SUPERVISOR_TOKEN']}` } });
  if (!response.ok) {
    console.log(`No MQTT broker in Home Assistant (${response.status}): stations do not become devices.`);
    return undefined;
  }
  return (await response.json()).data;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const options = JSON.parse(readFileSync('/data/options.json', 'utf8'));
  Object.assign(process.env, environmentOf(options, await brokerOfSupervisor()));
  process.argv.splice(2, Infinity, 'serve');
  // In a variable, so that type checkers don't look for it: the image has it, the repository does not.
  const program = './node_modules/livegenre/dist/server/cli/livegenre.js';
  await import(program);
}
