/**
 * Playlists that point at streams: `.pls` (an INI file with File1=…) and `.m3u` (one address per
 * line). HLS is M3U, too, and recognised by its tags.
 */
import { textOf } from './icy.js';

export type AnswerKind = 'pls' | 'm3u' | 'hls' | 'page' | 'other' | 'sound';

/** Entries beyond this number are ignored. */
const MAX_ENTRIES = 20;

const PLS_TYPES = ['audio/x-scpls', 'audio/scpls', 'application/pls+xml', 'application/pls', 'audio/x-pls'];
const M3U_TYPES = ['audio/x-mpegurl', 'audio/mpegurl', 'application/x-mpegurl', 'application/vnd.apple.mpegurl'];
const PAGE_TYPES = ['text/html', 'application/xhtml+xml'];
const OTHER_TYPES = /^(text|image|font)\/|^application\/(json|xml|pdf|zip|javascript)$/;
/** Unspecific types, for which the content and the file name decide. */
const VAGUE_TYPES = ['', 'text/plain', 'application/octet-stream'];

/**
 * Classifies a server's answer. Its first bytes take precedence over the content type, because
 * playlists are served with any type.
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

/** The http and https addresses of a playlist in order, without duplicates. */
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
