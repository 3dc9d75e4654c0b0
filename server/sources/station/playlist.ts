/**
 * Playlists that point at stations: `.pls` (an INI file with File1=…), and `.m3u` (an address a
 * line). HLS is written as M3U too; its tags tell.
 */
import { textOf } from './icy.js';

export type AnswerKind = 'pls' | 'm3u' | 'hls' | 'page' | 'other' | 'sound';

/** More entries than these are not tried. */
const MAX_ENTRIES = 20;

const PLS_TYPES = ['audio/x-scpls', 'audio/scpls', 'application/pls+xml', 'application/pls', 'audio/x-pls'];
const M3U_TYPES = ['audio/x-mpegurl', 'audio/mpegurl', 'application/x-mpegurl', 'application/vnd.apple.mpegurl'];
const PAGE_TYPES = ['text/html', 'application/xhtml+xml'];
const OTHER_TYPES = /^(text|image|font)\/|^application\/(json|xml|pdf|zip|javascript)$/;
/** Types that say nothing of what comes, so that the name may. */
const VAGUE_TYPES = ['', 'text/plain', 'application/octet-stream'];

/**
 * What a server's answer is. Its first bytes come before its type, because playlists are served as
 * anything.
 * @param start the first bytes of the body
 */
export function kindOf(contentType: string, path: string, start: Uint8Array): AnswerKind {
  const text = textOf(start.subarray(0, 512)).replace(/^\uFEFF/, '').trimStart().toLowerCase();
  if (text.startsWith('[playlist]')) return 'pls';
  if (text.startsWith('#extm3u')) return isHls(textOf(start)) ? 'hls' : 'm3u';
  if (/^<(!doctype|html|head|body|\?xml)/.test(text)) return 'page';
  if (PLS_TYPES.includes(contentType)) return 'pls';
  if (M3U_TYPES.includes(contentType)) return isHls(textOf(start)) ? 'hls' : 'm3u';
  if (PAGE_TYPES.includes(contentType)) return 'page';
  if (VAGUE_TYPES.includes(contentType) && /^https?:\/\//.test(text)) return /\.pls$/i.test(path) ? 'pls' : 'm3u';
  if (OTHER_TYPES.test(contentType)) return 'other';
  return 'sound';
}

/** Tags that plain M3U never has (RFC 8216, section 4.3). */
export function isHls(text: string): boolean {
  return /^#EXT-X-(STREAM-INF|TARGETDURATION|MEDIA-SEQUENCE|VERSION|MEDIA):/m.test(text);
}

/** The addresses in a playlist, in its order, each once; only http and https. */
export function entriesOf(kind: 'pls' | 'm3u', body: Uint8Array, base: URL): URL[] {
  const lines = textOf(body).replace(/^\uFEFF/, '').split(/\r\n|\n|\r/).map((line) => line.trim());
  const named = kind === 'pls'
    ? lines.map((line) => /^file\d+\s*=\s*(.+)$/i.exec(line)?.[1] ?? '')
    : lines.filter((line) => !line.startsWith('#'));
  const entries = new Map<string, URL>();
  for (const name of named) {
    if (name === '' || !URL.canParse(name, base)) continue;
    const url = new URL(name, base);
    if (url.protocol === 'http:' || url.protocol === 'https:') entries.set(url.href, url);
  }
  return [...entries.values()].slice(0, MAX_ENTRIES);
}
