/**
 * Stations out of lists that other programs write: OPML, M3U, PLS, and a saved answer of the
 * radio-browser directory (JSON). Only names and addresses are taken; what they say of genres is what
 * a station claims.
 */
import { decodeText } from '../sources/station/text-encoding.js';
import { withoutEntities } from '../sources/station/title.js';

export interface ListedStation {
  readonly name: string;
  readonly url: string;
}

const MAX_NAME_CHARS = 100;

/**
 * In the order of the file, each address once.
 * @throws Error with a sentence if it is no list, or has no station
 */
export function listedStations(bytes: Uint8Array): ListedStation[] {
  const text = decodeText(bytes).replace(/^\uFEFF/, '').trim();
  const byUrl = new Map<string, ListedStation>();
  for (const { name, url } of entriesOf(text)) {
    const address = webAddress(url);
    if (address === undefined || byUrl.has(address)) continue;
    const clean = name.replace(/[\p{Cc}\s]+/gu, ' ').trim().slice(0, MAX_NAME_CHARS).trim();
    byUrl.set(address, { name: clean || new URL(address).hostname, url: address });
  }
  if (byUrl.size === 0) throw new Error('it has no station with an http:// or https:// address');
  return [...byUrl.values()];
}

function entriesOf(text: string): Iterable<ListedStation> {
  if (/^\[playlist\]/i.test(text)) return pls(text);
  if (/^[[{]/.test(text)) return radioBrowser(text);
  if (/^(?:<\?xml|<!--|<opml)/i.test(text) && /<opml[\s>]/i.test(text)) return opml(text);
  if (/^(?:#EXTM3U|#EXTINF|https?:\/\/)/i.test(text)) return m3u(text);
  throw new Error('it is no OPML, M3U, PLS or JSON of the radio-browser directory');
}

function* pls(text: string): Generator<ListedStation> {
  const fields = new Map([...text.matchAll(/^\s*(file|title)(\d+)\s*=\s*(.*?)\s*$/gim)].map(([, field, number, value]) => [`${field!.toLowerCase()}${Number(number)}`, value!]));
  for (const [key, url] of fields) if (key.startsWith('file')) yield { name: fields.get(`title${key.slice('file'.length)}`) ?? '', url };
}

/** The name is in the line before: `#EXTINF:-1 group-title="…",Name`. */
function* m3u(text: string): Generator<ListedStation> {
  let name = '';
  for (const line of text.split(/\r\n?|\n/).map((each) => each.trim())) {
    if (/^#EXTINF:/i.test(line)) name = /^#EXTINF:\s*-?[\d.]*(?:\s+[\w-]+="[^"]*")*\s*,(.*)$/i.exec(line)?.[1] ?? '';
    else if (line !== '' && !line.startsWith('#')) {
      yield { name, url: line };
      name = '';
    }
  }
}

/** Outlines of any depth with an address; those of groups have none. */
function* opml(text: string): Generator<ListedStation> {
  for (const [, attributes = ''] of text.matchAll(/<outline\b((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*\/?>/gi)) {
    const values = new Map([...attributes.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(([, key, double, single]) => [key!.toLowerCase(), withoutEntities(double ?? single ?? '')]));
    const url = values.get('url') ?? values.get('xmlurl');
    if (url !== undefined) yield { name: values.get('text') ?? values.get('title') ?? '', url };
  }
}

/** One station or several; `url_resolved` is where the directory's playlists led. */
function* radioBrowser(text: string): Generator<ListedStation> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new Error(`its JSON can not be read: ${(error as Error).message}`);
  }
  for (const each of [parsed].flat() as unknown[]) {
    const { name, url, url_resolved: resolved } = (each ?? {}) as Readonly<Record<string, unknown>>;
    const address = typeof resolved === 'string' && resolved !== '' ? resolved : url;
    if (typeof address === 'string') yield { name: typeof name === 'string' ? name : '', url: address };
  }
}

function webAddress(text: string): string | undefined {
  const address = text.trim().replace(/^icy(?=:\/\/)/i, 'http');
  return /^https?:\/\//i.test(address) && URL.canParse(address) ? new URL(address).href : undefined;
}
