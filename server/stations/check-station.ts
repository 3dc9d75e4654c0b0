/**
 * Everything that this server can know about a station before it listens to it, beyond the schema:
 * addresses that can never work, and what depends on its model and settings.
 */
import type { Manifest } from '../../models/manifest.js';
import { addressProblem, placeOf, STATION_ADDRESS, WEBHOOK_ADDRESS } from '../network/address.js';
import type { Guard } from '../network/guard/guard.js';
import { moodOf } from '../pipe/mood.js';
import { ProtocolError } from '../protocol/errors.js';
import { flagOf, type Settings } from '../settings.js';
import { localFile, MissingFile } from '../sources/station/local-file.js';
import type { StationConfig } from './config.js';

/** The fields that are checked; those left out are not. */
export type CheckedFields = Partial<Pick<StationConfig, 'url' | 'rules' | 'webhooks'>>;

/** @throws ProtocolError `bad-request`, with a sentence for each field, which begins with the field */
export async function checkStation({ url, rules = [], webhooks = [] }: CheckedFields, { labels, tags = [] }: Pick<Manifest, 'labels' | 'tags'>, settings: Pick<Settings, 'stationFiles'>, guard: Pick<Guard, 'refusedKind'>): Promise<void> {
  const problems: string[] = [];
  if (url !== undefined) problems.push(...await urlProblems(url, settings, guard));
  for (const [index, rule] of rules.entries()) {
    const unknown = rule.type === 'drift' ? rule.expect.filter((genre) => !labels.includes(genre)) : [];
    if (unknown.length > 0) problems.push(`rules[${index}].expect: the model has no label ${unknown.map((genre) => JSON.stringify(genre)).join(', ')}; its labels are ${labels.join(', ')}.`);
    if (rule.type === 'mood') problems.push(...axesWithoutTags(rule, tags).map((axis) => `rules[${index}]: the model has no tags that tell how ${axis} music is.`));
  }
  for (const [index, webhook] of webhooks.entries()) {
    const problem = addressProblem(webhook, WEBHOOK_ADDRESS) ?? refusal(webhook, guard);
    if (problem !== undefined) problems.push(`webhooks[${index}]: ${problem}.`);
  }
  if (problems.length > 0) throw new ProtocolError('bad-request', problems.join(' '));
}

/** Axes that a rule limits and the model does not tell. */
function axesWithoutTags({ minLively, maxLively, minHappy, maxHappy }: Extract<StationConfig['rules'][number], { type: 'mood' }>, tags: NonNullable<Manifest['tags']>): string[] {
  const told = moodOf(tags, tags.map(({ usual }) => usual));
  return [
    ...((minLively > 0 || maxLively < 1) && told?.lively === undefined ? ['lively'] : []),
    ...((minHappy > 0 || maxHappy < 1) && told?.happy === undefined ? ['happy'] : []),
  ];
}

async function urlProblems(url: string, { stationFiles }: Pick<Settings, 'stationFiles'>, guard: Pick<Guard, 'refusedKind'>): Promise<string[]> {
  const problem = addressProblem(url, STATION_ADDRESS) ?? refusal(url, guard);
  if (problem !== undefined) return [`url: ${problem}.`];
  if (new URL(url).protocol !== 'file:') return [];
  if (stationFiles === '') return [`url is a file: address, and this server plays no files. The operator can allow one folder with ${flagOf('stationFiles')}.`];
  try {
    await localFile(new URL(url), stationFiles);
    return [];
  } catch (error) {
    // It may come: a named pipe that another program makes, or a disk that is mounted later.
    return error instanceof MissingFile ? [] : [`url: ${(error as Error).message}`];
  }
}

/** Where a name leads is known only when it is resolved, so this is about addresses given as such. */
function refusal(url: string, guard: Pick<Guard, 'refusedKind'>): string | undefined {
  const place = placeOf(new URL(url));
  const kind = place && guard.refusedKind(place);
  return kind && `it leads to ${kind}, where this server connects only to what ${flagOf('allowHosts')} names; the operator can add ${place.host} there`;
}
