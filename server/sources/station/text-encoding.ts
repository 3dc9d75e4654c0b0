/**
 * Text whose encoding nobody states, such as titles and playlists of radio servers. It is UTF-8 if it
 * is valid, which text in other encodings rarely is; else the one of the common encodings in which it
 * looks most like text. Short titles need more than letter counts: in Latin scripts accents stand
 * alone among ASCII letters, Cyrillic words have none, and Japanese has kana.
 */

/** Letters of Russian in percent, which tell windows-1251 from KOI8-R (in the order of the alphabet from а to я). */
const CYRILLIC_PERCENT = [
  8.0, 1.6, 4.5, 1.7, 3.0, 8.4, 0.9, 1.7, 7.4, 1.2, 3.5, 4.4, 3.2, 6.7, 11, 2.8, 4.7, 5.5, 6.3, 2.6, 0.3, 1.0, 0.5, 1.4, 0.7, 0.4, 0.1, 1.9, 1.7, 0.3, 0.6, 2.0,
];
const UKRAINIAN_AND_OTHERS = 'ёіїєґў';
const TYPOGRAPHIC = '‘’“”„–—…•™«»©®°·¡¿№\u00A0´';
/** Valid UTF-8 is taken for twice encoded text only with so many characters beyond ASCII, and so many points for each. */
const SURE_CHARS = 4;
const SURE_POINTS = 0.6;
/** UTF-8 with some bytes that are none still is, if it has so many times more characters that are: by chance they are rare. */
const GOOD_TO_BAD = 3;
/** Characters of windows-1252 from 0x80 to 0x9f: `TextDecoder` of some versions of Node reads them as control characters. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

type Score = (bytes: Uint8Array, text: string) => number;

/** Double bytes of an East Asian encoding by the first of them: the points that a character in this range gets. */
type Rows = readonly (readonly [from: number, to: number, points: number])[];

/** In the order in which they are preferred where several fit as well. */
const ENCODINGS: readonly (readonly [label: string, score: Score])[] = [
  ['windows-1252', scoreLetters],
  ['windows-1251', scoreLetters],
  ['koi8-r', scoreLetters],
  ['windows-1250', scoreLetters],
  ['iso-8859-2', scoreLetters],
  // Kana count most, then the kanji of level 1; level 2 has rare ones.
  ['shift_jis', (bytes) => scoreRows(bytes, [[0x81, 0x81, 0.5], [0x82, 0x83, 1.2], [0x84, 0x84, 0.2], [0x88, 0x97, 0.8], [0x98, 0x9f, 0.2], [0xe0, 0xea, 0.2]], [0xa1, 0xdf])],
  // All common syllables of Korean lie in these rows.
  ['euc-kr', (bytes) => scoreRows(bytes, [[0xa1, 0xa3, 0.5], [0xb0, 0xc8, 0.65]])],
  ['gb18030', (bytes) => scoreRows(bytes, [[0xa1, 0xa3, 0.5], [0xb0, 0xd7, 0.6], [0xd8, 0xf7, 0.15]])],
  ['euc-jp', (bytes) => scoreRows(bytes, [[0xa1, 0xa1, 0.5], [0xa3, 0xa3, 0.5], [0xa4, 0xa5, 1.2], [0xb0, 0xcf, 0.6], [0xd0, 0xf4, 0.2]])],
];

/** @param hint the encoding that the server names for it, used if it is not valid UTF-8 */
export function decodeText(bytes: Uint8Array, hint?: string): string {
  const [b0, b1] = bytes;
  if (b0 === 0xff && b1 === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (b0 === 0xfe && b1 === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return utf8(bytes) ?? named(bytes, hint) ?? bestOf(bytes).text;
}

/**
 * Some sources write text of another encoding as if it were Latin-1, in UTF-8: "ÐÑÐ¸Ñ" or "Àðèÿ".
 * @returns the text meant, or the same one if it is none of these
 */
export function withoutDoubleEncoding(text: string): string {
  if (!/^[\0-\xff]*$/.test(text) || !/[\x80-\xff]/.test(text)) return text;
  const bytes = Buffer.from(text, 'latin1');
  const inner = utf8(bytes);
  if (inner !== undefined) return inner;
  const best = bestOf(bytes);
  const isSure = best.score >= SURE_POINTS && text.replace(/[\0-\x7f]/g, '').length >= SURE_CHARS;
  return isSure && scoreLetters(bytes, text) < 0 ? best.text : text;
}

/** @returns undefined if it is not UTF-8; a character cut off at the end and a few damaged ones are no reason for that */
function utf8(bytes: Uint8Array): string | undefined {
  const whole = decodeAs('utf-8', bytes);
  if (whole !== undefined) return whole;
  try {
    const cut = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return /[^\0-\x7f]/.test(cut) ? cut : undefined;
  } catch {
    const damaged = new TextDecoder().decode(bytes);
    const good = damaged.match(/[^\0-\x7f\uFFFD]/gu)?.length ?? 0;
    const bad = damaged.match(/\uFFFD/g)?.length ?? 0;
    return good >= GOOD_TO_BAD * bad ? damaged : undefined;
  }
}

/** Latin-1 is named by default, and often wrongly. */
function named(bytes: Uint8Array, hint = ''): string | undefined {
  if (hint === '' || /^(utf-?8|iso-?8859-1|latin-?1|us-ascii)$/i.test(hint)) return undefined;
  return decodeAs(hint, bytes);
}

/** @returns undefined if the bytes are not valid in the encoding, or this is unknown here */
function decodeAs(label: string, bytes: Uint8Array): string | undefined {
  if (label === 'windows-1252') return windows1252(bytes);
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Never fails: bytes without a character become control characters. */
export function windows1252(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1').replace(/[\x80-\x9f]/g, (char) => WINDOWS_1252[char.charCodeAt(0) - 0x80]!);
}

function bestOf(bytes: Uint8Array): { readonly label: string; readonly text: string; readonly score: number } {
  let best = { label: 'windows-1252', text: windows1252(bytes), score: -Infinity };
  for (const [label, scoreOf] of ENCODINGS) {
    const text = decodeAs(label, bytes);
    if (text === undefined) continue;
    const score = scoreOf(bytes, text);
    if (score > best.score + 1e-9) best = { label, text, score };
  }
  return best;
}

/** Points for each character beyond ASCII in an alphabet, on average: about 1 if they all are where letters usually are. */
function scoreLetters(_: Uint8Array, text: string): number {
  let sum = 0;
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]!;
    if (char < '\x80') continue;
    count += 1;
    sum += pointsOf(char, text[at - 1] ?? ' ', text[at + 1] ?? ' ');
  }
  return count === 0 ? 0 : sum / count;
}

function pointsOf(char: string, before: string, after: string): number {
  if (TYPOGRAPHIC.includes(char)) return 0.5;
  if (!/\p{L}/u.test(char)) return -1;
  const isSplit = /\p{Ll}/u.test(before) && /\p{Lu}/u.test(char);
  const isAmongAscii = /[A-Za-z]/.test(before) || /[A-Za-z]/.test(after);
  const isAlone = !/\p{L}/u.test(before) && !/\p{L}/u.test(after);
  const isCyrillic = /\p{Script=Cyrillic}/u.test(char);
  if (isCyrillic && isAmongAscii) return -2;
  if (isSplit) return -1;
  if (!isCyrillic) return isAmongAscii ? 1 : isAlone ? 0.3 : -0.3;
  if (isAlone) return 0.3;
  const lower = char.toLowerCase();
  const percent = CYRILLIC_PERCENT[lower.charCodeAt(0) - 'а'.charCodeAt(0)];
  if (percent === undefined) return UKRAINIAN_AND_OTHERS.includes(lower) ? 0.6 : -0.5;
  // Capitals are the rarer reading where both are possible.
  return 0.4 + 0.6 * Math.sqrt(percent / 11) - (/\p{Lu}/u.test(before) && char !== lower ? 0.05 : 0);
}

/** The same for an East Asian encoding. A single character between ASCII letters is an accent that was misread. */
function scoreRows(bytes: Uint8Array, rows: Rows, [singleFrom, singleTo]: readonly [number, number] = [256, 256]): number {
  let sum = 0;
  let count = 0;
  /** Index after the double byte before. */
  let end = -1;
  for (let at = 0; at < bytes.length; at += 1) {
    const lead = bytes[at]!;
    if (lead < 0x80) continue;
    count += 1;
    // Katakana of half width, which hardly anybody uses.
    if (lead >= singleFrom && lead <= singleTo) continue;
    const points = rows.find(([from, to]) => lead >= from && lead <= to)?.[2] ?? -1;
    const hasNeighbour = end === at || bytes[at + 2]! >= 0x80;
    const isAmongAscii = isAsciiLetter(bytes[at - 1]) || isAsciiLetter(bytes[at + 2]);
    sum += points >= 1 || hasNeighbour ? points : isAmongAscii ? -1 : Math.min(points, 0.2);
    at += 1;
    end = at + 1;
  }
  return count === 0 ? 0 : sum / count;
}

function isAsciiLetter(byte = 0): boolean {
  return (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);
}
