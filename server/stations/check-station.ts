/** Checks of a station that depend on this server's model and settings, which a schema cannot make. */
import type { Manifest } from '../../models/manifest.js';
import { ProtocolError } from '../protocol/errors.js';
import { flagOf, type Settings } from '../settings.js';
import type { StationConfig } from './config.js';

/** @throws ProtocolError `bad-request`, with a sentence that begins with the field */
export function checkStation({ url, rules }: StationConfig, { labels }: Pick<Manifest, 'labels'>, { stationFiles }: Pick<Settings, 'stationFiles'>): void {
  if (new URL(url).protocol === 'file:' && stationFiles === '') {
    throw new ProtocolError('bad-request', `url is a file: address, and this server plays no files. The operator can allow one folder with ${flagOf('stationFiles')}.`);
  }
  for (const [index, rule] of rules.entries()) {
    const unknown = rule.type === 'drift' ? rule.expect.filter((genre) => !labels.includes(genre)) : [];
    if (unknown.length > 0) {
      throw new ProtocolError('bad-request', `rules[${index}].expect: the model has no label ${unknown.map((genre) => JSON.stringify(genre)).join(', ')}; its labels are ${labels.join(', ')}.`);
    }
  }
}
