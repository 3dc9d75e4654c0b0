/**
 * Titles for display, from what sources write: HTML entities, the attributes that iHeart and Akamai
 * add, text of other encodings, control characters.
 */
import { decodeText, windows1252, withoutDoubleEncoding } from './text-encoding.js';

/** Longer titles are cut. */
const MAX_TITLE_CHARS = 500;
/** Some sources encode their entities again. */
const ENTITY_PASSES = 2;
/** Largest share of characters that are no text in a title that counts as readable. */
const MAX_UNREADABLE = 0.25;

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: '\'', lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”', ndash: '–', mdash: '—', hellip: '…', bull: '•', trade: '™', euro: '€',
};
/** The entities of Latin-1 from U+00A0 on (HTML 4, section 24.2). */
const LATIN1_ENTITIES = `nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest
  Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig
  agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml`.split(/\s+/);

/** @returns the title in bytes of unknown encoding; null if it is empty or can't be read */
export function readTitle(bytes: Uint8Array, charset?: string): string | null {
  const text = withoutDoubleEncoding(decodeText(bytes, charset));
  const unreadable = text.match(/[^\P{C}\t\r\n\p{Cf}]|\uFFFD/gu)?.length ?? 0;
  return unreadable > MAX_UNREADABLE * text.length ? null : cleanTitle(text);
}

/** @returns one line without entities, attributes and control characters, of limited length; null if nothing is left */
export function cleanTitle(title: string): string | null {
  let text = title;
  for (let pass = 0; pass < ENTITY_PASSES; pass += 1) text = withoutEntities(text);
  return withoutAttributes(text).replace(/[\p{Cc}\s]+/gu, ' ').trim().slice(0, MAX_TITLE_CHARS).trim() || null;
}

export function withoutEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,8}));/gi, (entity, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return namedEntity(name) ?? entity;
    const code = decimal !== undefined ? Number(decimal) : parseInt(hex!, 16);
    // Browsers read these as windows-1252 (HTML, section 13.2.5.80).
    if (code >= 0x80 && code < 0xa0) return windows1252(Uint8Array.of(code));
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : entity;
  });
}

function namedEntity(name: string): string | undefined {
  const latin1 = LATIN1_ENTITIES.indexOf(name);
  if (latin1 >= 0) return String.fromCharCode(0xa0 + latin1);
  const lower = name.toLowerCase();
  return Object.hasOwn(ENTITIES, lower) ? ENTITIES[lower] : undefined;
}

/**
 * The title in what iHeart sends, `Artist - text="Title" song_spot="M" MediaBaseId="1" …` or
 * `title="Title",artist="Artist",url="…"`, else the text itself.
 */
function withoutAttributes(text: string): string {
  const first = /(?:^|[\s,-])(?:text|title|artist|song_spot)=\\?"/i.exec(text);
  if (!first) return text;
  const attributes = new Map<string, string>();
  // A value may have quotes in it: it ends where another attribute or the end follows.
  for (const [, name = '', value = ''] of text.slice(first.index).matchAll(/(\w+)=\\?"(.*?)(?:\\?"(?=[\s,]+\w+=|[\s,]*$)|$)/gs)) {
    if (!attributes.has(name.toLowerCase())) attributes.set(name.toLowerCase(), value.trim());
  }
  const prefix = text.slice(0, first.index).replace(/[\s-]+$/, '').trim();
  const artist = prefix || (attributes.get('artist') ?? '');
  return [artist, attributes.get('text') ?? attributes.get('title') ?? ''].filter(Boolean).join(' - ');
}
