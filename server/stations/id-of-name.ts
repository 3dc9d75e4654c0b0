/**
 * The id of a station, made of its name in letters of ASCII: ids stand in addresses, MQTT topics,
 * labels of metrics and file names, where other letters would be escapes that nobody can read.
 */

const MAX_CHARS = 48;
/** Of a name that has neither letters nor digits. */
const NAMELESS = 'station';

/** "Rádió 1 (HD)" gives `radio-1-hd`, "Радио Маяк" `radio-mayak`, "北京电台" `beijingdiantai`. */
export async function idOfName(name: string): Promise<string> {
  const text = /^[\0-\x7f]*$/.test(name) ? name : await transliterated(name);
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-/, '').slice(0, MAX_CHARS).replace(/-$/, '') || NAMELESS;
}

/** The tables take half a megabyte, so they are loaded when they are needed. */
async function transliterated(name: string): Promise<string> {
  const { default: anyAscii } = await import('any-ascii');
  // Letters in another form, such as full-width ones, and accents in one with their letter.
  return anyAscii(name.normalize('NFKC'));
}
