/**
 * Playlists that point at streams: `.pls` (an INI file with File1=…; ASX has an old form with Ref1=…),
 * `.m3u` (one address per line), ASX and XSPF. HLS is M3U, too, and recognised by its tags.
 */
import { keepCredentials } from '../../network/address.js';
import { decodeText } from './text-encoding.js';
import { asxAddresses, rootOf, xspfAddresses } from './xml-playlist.js';

export type PlaylistKind = 'pls' | 'm3u' | 'asx' | 'xspf';
export type AnswerKind = PlaylistKind | 'hls' | 'page' | 'other' | 'sound';

/** Entries beyond this number are ignored. */
const MAX_ENTRIES = 20;
/** Lines and tags beyond this number are not looked at: a playlist of megabytes is no reason to be busy for seconds. */
const MAX_LINES = 10_000;

const PLS_TYPES = ['audio/x-scpls', 'audio/scpls', 'application/pls+xml', 'application/pls', 'audio/x-pls'];
const M3U_TYPES = ['audio/x-mpegurl', 'audio/mpegurl', 'application/x-mpegurl', 'application/vnd.apple.mpegurl'];
const ASX_TYPES = ['video/x-ms-asf', 'video/x-ms-asx', 'video/x-ms-wvx', 'video/x-ms-wax', 'audio/x-ms-wax', 'application/x-ms-asx'];
const XSPF_TYPES = ['application/xspf+xml', 'audio/xspf+xml'];
const PAGE_TYPES = ['text/html', 'application/xhtml+xml'];
const OTHER_TYPES = /^(text|image|font)\/|^application\/(json|xml|pdf|zip|javascript)$/;
/** Unspecific types, for which the content and the file name decide. */
const VAGUE_TYPES = ['', 'text/plain', 'application/octet-stream', 'audio/mpeg', 'audio/x-pn-realaudio'];

/** Bytes of a text that are enough to classify it: XML may begin with a long comment. */
const KIND_BYTES = 1024;

/** Whether more bytes may change the kind of an answer that begins so: they are text, and few. */
export function needsMore(start: Uint8Array): boolean {
  return start.length < KIND_BYTES && isText(start);
}

/** Text in UTF-8, UTF-16 with its mark, or another encoding that has ASCII; sound has control characters or 0xff among its first bytes. */
function isText(start: Uint8Array): boolean {
  if (isUtf16(start)) return true;
  return start.every((byte) => (byte >= 0x20 && byte !== 0x7f && byte !== 0xff) || byte === 9 || byte === 10 || byte === 13);
}

function isUtf16([b0, b1 = 0]: Uint8Array): boolean {
  return (b0 === 0xff && (b1 === 0xfe || b1 === 0)) || (b0 === 0xfe && b1 === 0xff);
}

/**
 * Classifies a server's answer. Its first bytes take precedence over the content type, because
 * playlists are served with any type.
 * @param start the first bytes of the body
 */
export function kindOf(contentType: string, path: string, start: Uint8Array): AnswerKind {
  const text = isText(start.subarray(0, KIND_BYTES)) ? playlistText(start).trimStart().toLowerCase() : '';
  if (text.startsWith('[playlist]') || /^\[reference\]\s*ref1=/.test(text)) return 'pls';
  if (text.startsWith('#extm3u')) return isHls(playlistText(start)) ? 'hls' : 'm3u';
  const root = text.startsWith('<') ? rootOf(text) : undefined;
  if (root === 'asx') return 'asx';
  if (root === 'playlist') return 'xspf';
  if (/^<(!doctype|html|head|body|\?xml)/.test(text)) return root === undefined && XSPF_TYPES.includes(contentType) ? 'xspf' : 'page';
  if (PLS_TYPES.includes(contentType)) return 'pls';
  if (M3U_TYPES.includes(contentType)) return isHls(playlistText(start)) ? 'hls' : 'm3u';
  if (text !== '' && ASX_TYPES.includes(contentType)) return text.startsWith('<') ? 'asx' : 'm3u';
  if (XSPF_TYPES.includes(contentType)) return 'xspf';
  if (PAGE_TYPES.includes(contentType)) return 'page';
  // Neither sound nor any other file begins so.
  if (/^(https?|icy):\/\//.test(text)) return 'm3u';
  if (VAGUE_TYPES.includes(contentType) && hasAddressLine(text)) return /\.pls$/i.test(path) ? 'pls' : 'm3u';
  if (OTHER_TYPES.test(contentType)) return 'other';
  return 'sound';
}

/** Whether lines of comments come before an address, as in M3U without its first line. */
function hasAddressLine(text: string): boolean {
  return /^(#[^\n\r]*[\r\n]\s*)+(https?|icy):\/\//.test(text) || /^file1\s*=/.test(text);
}

function playlistText(body: Uint8Array): string {
  return decodeText(body).replace(/^\uFEFF/, '');
}

/** Tags that plain M3U never has (RFC 8216, section 4.3). */
export function isHls(text: string): boolean {
  return /^#EXT-X-(STREAM-INF|TARGETDURATION|MEDIA-SEQUENCE|VERSION|MEDIA):/m.test(text);
}

/** The http and https addresses of a playlist in order, without duplicates. */
export function entriesOf(kind: PlaylistKind, body: Uint8Array, base: URL): URL[] {
  const entries = new Map<string, URL>();
  let lines = 0;
  for (const name of addressesOf(kind, playlistText(body))) {
    const url = name === '' ? undefined : webAddress(name, base);
    if (url) entries.set(url.href, url);
    lines += 1;
    if (entries.size === MAX_ENTRIES || lines === MAX_LINES) break;
  }
  return [...entries.values()];
}

/** One for each line or tag, empty if it has none. */
function addressesOf(kind: PlaylistKind, text: string): Iterable<string> {
  if (kind === 'asx') return asxAddresses(text);
  if (kind === 'xspf') return xspfAddresses(text);
  return lineAddresses(kind, text);
}

function* lineAddresses(kind: 'pls' | 'm3u', text: string): Generator<string, void, void> {
  for (const [line] of text.matchAll(/[^\r\n]+/g)) {
    if (kind === 'pls') yield /^\s*(?:file|ref)\d+\s*=\s*(\S.*)$/i.exec(line)?.[1]?.trim() ?? '';
    else yield line.trimStart().startsWith('#') ? '' : line.trim();
  }
}

/** @returns undefined if it is none that is fetched; icy: is another name of http: */
function webAddress(name: string, base: URL): URL | undefined {
  const address = name.replace(/^["']|["']$/g, '').replace(/^icy(?=:\/\/)/i, 'http');
  if (address === '' || !URL.canParse(address, base)) return undefined;
  const url = new URL(address, base);
  return url.protocol === 'http:' || url.protocol === 'https:' ? keepCredentials(url, base) : undefined;
}
