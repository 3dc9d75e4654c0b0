/** Reads HLS playlists (RFC 8216): chooses a variant, and lists the segments. */
import { Parser, type ByteRange, type Manifest } from 'm3u8-parser';
import { keepCredentials } from '../../network/address.js';
import { SourceFault } from './source-event.js';

/** Lowest bandwidth chosen if a higher one exists, because of codec artefacts below it. Includes a video's share. */
const ENOUGH_BITS_PER_S = 64_000;
/** Target duration assumed for playlists that lack the (mandatory) tag. */
const DEFAULT_TARGET_S = 6;
/** Words of 32 bits in an initialisation vector. */
const IV_WORDS = 4;
const AUDIO_CODEC = /^(mp4a|mp3|ac-3|ec-3|opus|flac|alac|vorbis)/i;

/** A remote file, or a byte range of it. */
export interface Resource {
  readonly url: URL;
  readonly range?: ByteRange;
}

export interface HlsSegment extends Resource {
  /** Media sequence number, which continues across reloads of the playlist. */
  readonly number: number;
  readonly durationMs: number;
  /** Initialization section to decode before it (fMP4). */
  readonly map?: Resource;
  readonly key?: { readonly url: URL; readonly iv: Uint8Array };
  /** The encoding or the timestamps change here. */
  readonly isDiscontinuous: boolean;
}

export interface MediaPlaylist {
  readonly segments: readonly HlsSegment[];
  readonly targetMs: number;
  /** No more segments will be added. */
  readonly hasEnded: boolean;
}

/**
 * @returns the address of the chosen variant when `text` is a multivariant playlist, else undefined
 * @throws SourceFault when no variant has audio
 */
export function chosenVariant(text: string, base: URL): URL | undefined {
  const { playlists = [], mediaGroups } = parse(text);
  if (playlists.length === 0) return undefined;
  const withAudio = playlists.filter(({ attributes: { CODECS, AUDIO } = {} }) => {
    return CODECS === undefined || AUDIO !== undefined || CODECS.split(',').some((codec) => AUDIO_CODEC.test(codec.trim()));
  });
  const byBandwidth = withAudio.sort((a, b) => bandwidthOf(a) - bandwidthOf(b));
  const variant = byBandwidth.find((each) => bandwidthOf(each) >= ENOUGH_BITS_PER_S) ?? byBandwidth.at(-1);
  if (!variant) throw new SourceFault('None of the variants in the HLS playlist has audio.');
  const renditions = Object.values(mediaGroups?.AUDIO[variant.attributes?.AUDIO ?? ''] ?? {});
  // A rendition without a URI is contained in the variant itself.
  const rendition = renditions.find((each) => each.default) ?? renditions[0];
  return address(rendition?.uri ?? variant.uri, base);
}

function bandwidthOf({ attributes }: { readonly attributes?: { readonly BANDWIDTH?: number } }): number {
  return attributes?.BANDWIDTH ?? 0;
}

/** @throws SourceFault for DRM, or encryption other than AES-128 */
export function readMediaPlaylist(text: string, base: URL): MediaPlaylist {
  const { segments, targetDuration: announced = NaN, mediaSequence = 0, endList = false, contentProtection } = parse(text);
  // The numbers of all segments must be whole.
  const first = Number.isSafeInteger(mediaSequence) && Number.isSafeInteger(mediaSequence + segments.length) ? mediaSequence : 0;
  const targetDuration = Number.isFinite(announced) ? announced : DEFAULT_TARGET_S;
  if (contentProtection) throw new SourceFault('The HLS stream is protected by DRM and can not be decoded.');
  return {
    targetMs: 1000 * targetDuration,
    hasEnded: endList,
    segments: segments.map(({ uri, duration, byterange, discontinuity = false, key, map }, index) => {
      const number = first + index;
      if (key?.iv && key.iv.length !== IV_WORDS) throw new SourceFault('The HLS playlist has a key whose IV is not of 16 bytes.');
      if (key && key.method !== 'AES-128') throw new SourceFault(`The HLS stream is encrypted with ${key.method}; only AES-128 is supported.`);
      return {
        number,
        url: address(uri, base),
        // The parser reads any text as a number.
        durationMs: 1000 * (Number.isFinite(duration) ? duration : targetDuration),
        isDiscontinuous: discontinuity,
        ...(byterange && { range: byterange }),
        ...(map && { map: { url: address(map.uri, base), ...(map.byterange && { range: map.byterange }) } }),
        ...(key && { key: { url: address(key.uri, base), iv: key.iv ? bytesOf(key.iv) : numberAsIv(number) } }),
      };
    }),
  };
}

/** @throws SourceFault for what the parser fails on, such as a tag whose attributes are no list */
function parse(text: string): Manifest {
  const parser = new Parser();
  try {
    parser.push(text);
    parser.end();
  } catch {
    throw new SourceFault('The HLS playlist is malformed.');
  }
  return parser.manifest;
}

function address(uri: string, base: URL): URL {
  if (!URL.canParse(uri, base)) throw new SourceFault('The HLS playlist contains an invalid address.');
  const url = new URL(uri, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new SourceFault(`The HLS playlist contains an address of kind ${url.protocol}, not http: or https:.`);
  return keepCredentials(url, base);
}

function bytesOf(words: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(4 * words.length);
  words.forEach((word, i) => new DataView(bytes.buffer).setUint32(4 * i, word));
  return bytes;
}

/** The default initialisation vector (RFC 8216, section 5.2). */
function numberAsIv(number: number): Uint8Array {
  const iv = new Uint8Array(16);
  new DataView(iv.buffer).setBigUint64(8, BigInt(number));
  return iv;
}
