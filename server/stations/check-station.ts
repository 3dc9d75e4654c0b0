/** What no schema knows: whether this server, with its model and its settings, can do what a station asks. */
import type { Manifest } from '../../models/manifest.js';
import { ProtocolError } from '../protocol/errors.js';
import { flagOf, type Settings } from '../settings.js';
import type { StationConfig } from './config.js';

/** @throws ProtocolError `bad-request`, with a sentence that begins with the field */
export function checkStation({ url, rules }: StationConfig, { labels }: Pick<Manifest, 'labels'>, { stationFiles }: Pick<Settings, 'stationFiles'>): void {
  if (new URL(url).protocol === 'file:' && stationFiles === '') {
    throw new ProtocolError('bad-request', `url is a file's, and this server plays none. The operator can allow a folder's with ${flagOf('stationFiles')}.`);
  }
  for (const [index, rule] of rules.entries()) {
    const unknown = rule.type === 'drift' ? rule.expect.filter((genre) => !labels.includes(genre)) : [];
    if (unknown.length > 0) {
      throw new ProtocolError('bad-request', `rules[${index}].expect: the model knows no ${unknown.map((genre) => JSON.stringify(genre)).join(', ')}, but ${labels.join(', ')}.`);
    }
  }
}
