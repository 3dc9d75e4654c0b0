/** HLS playlists (RFC 8216) as this program needs them: which variant to take, and what its segments are. */
import { Parser, type ByteRange, type Manifest } from 'm3u8-parser';
import { SourceFault } from './source-event.js';

/** Music below this sounds like its codec: the least that is taken where there is more. Video takes its share too. */
const ENOUGH_BITS_PER_S = 64_000;
/** A playlist that names no target duration is wrong, and is read all the same. */
const USUAL_TARGET_S = 6;
const AUDIO_CODEC = /^(mp4a|mp3|ac-3|ec-3|opus|flac|alac|vorbis)/i;

/** A part of a server's file, or all of it. */
export interface Resource {
  readonly url: URL;
  readonly range?: ByteRange;
}

export interface HlsSegment extends Resource {
  /** Its place in the whole stream; goes on from one load of the playlist to the next. */
  readonly number: number;
  readonly durationMs: number;
  /** What comes before it for the decoder (fMP4). */
  readonly map?: Resource;
  readonly key?: { readonly url: URL; readonly iv: Uint8Array };
  /** Another encoding or clock begins. */
  readonly isDiscontinuous: boolean;
}

export interface MediaPlaylist {
  readonly segments: readonly HlsSegment[];
  readonly targetMs: number;
  /** No segments will be added. */
  readonly hasEnded: boolean;
}

/**
 * @returns the playlist to load instead when `text` is a list of variants, else undefined
 * @throws SourceFault when no variant has sound
 */
export function chosenVariant(text: string, base: URL): URL | undefined {
  const { playlists = [], mediaGroups } = parse(text);
  if (playlists.length === 0) return undefined;
  const withSound = playlists.filter(({ attributes: { CODECS, AUDIO } }) => {
    return CODECS === undefined || AUDIO !== undefined || CODECS.split(',').some((codec) => AUDIO_CODEC.test(codec.trim()));
  });
  const byBandwidth = withSound.sort((a, b) => bandwidthOf(a) - bandwidthOf(b));
  const variant = byBandwidth.find((each) => bandwidthOf(each) >= ENOUGH_BITS_PER_S) ?? byBandwidth.at(-1);
  if (!variant) throw new SourceFault('None of the variants in the HLS playlist has sound.');
  const renditions = Object.values(mediaGroups?.AUDIO[variant.attributes.AUDIO ?? ''] ?? {});
  // A rendition without an address of its own lies in the variant itself.
  const rendition = renditions.find((each) => each.default) ?? renditions[0];
  return address(rendition?.uri ?? variant.uri, base);
}

function bandwidthOf({ attributes }: { readonly attributes: { readonly BANDWIDTH?: number } }): number {
  return attributes.BANDWIDTH ?? 0;
}

/** @throws SourceFault for what is protected in a way that isn't read */
export function readMediaPlaylist(text: string, base: URL): MediaPlaylist {
  const { segments, targetDuration = USUAL_TARGET_S, mediaSequence = 0, endList = false, contentProtection } = parse(text);
  if (contentProtection) throw new SourceFault('The HLS stream is protected by a DRM system; it can\'t be listened to.');
  return {
    targetMs: 1000 * targetDuration,
    hasEnded: endList,
    segments: segments.map(({ uri, duration, byterange, discontinuity = false, key, map }, index) => {
      const number = mediaSequence + index;
      if (key && key.method !== 'AES-128') throw new SourceFault(`The HLS stream is encrypted with ${key.method}; only AES-128 is read.`);
      return {
        number,
        url: address(uri, base),
        durationMs: 1000 * duration,
        isDiscontinuous: discontinuity,
        ...(byterange && { range: byterange }),
        ...(map && { map: { url: address(map.uri, base), ...(map.byterange && { range: map.byterange }) } }),
        ...(key && { key: { url: address(key.uri, base), iv: key.iv ? bytesOf(key.iv) : numberAsIv(number) } }),
      };
    }),
  };
}

function parse(text: string): Manifest {
  const parser = new Parser();
  parser.push(text);
  parser.end();
  return parser.manifest;
}

function address(uri: string, base: URL): URL {
  if (!URL.canParse(uri, base)) throw new SourceFault('The HLS playlist names something that is no address.');
  const url = new URL(uri, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new SourceFault(`The HLS playlist names an address of kind ${url.protocol}, not http: or https:.`);
  if (url.origin === base.origin && url.username === '') {
    url.username = base.username;
    url.password = base.password;
  }
  return url;
}

function bytesOf(words: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(4 * words.length);
  words.forEach((word, i) => new DataView(bytes.buffer).setUint32(4 * i, word));
  return bytes;
}

/** The initialisation vector where none is given (RFC 8216, section 5.2). */
function numberAsIv(number: number): Uint8Array {
  const iv = new Uint8Array(16);
  new DataView(iv.buffer).setBigUint64(8, BigInt(number));
  return iv;
}
