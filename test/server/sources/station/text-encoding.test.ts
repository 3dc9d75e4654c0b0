import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeText, windows1252, withoutDoubleEncoding } from '../../../../server/sources/station/text-encoding.js';

const tables = new Map<string, ReadonlyMap<string, readonly number[]>>();

/** Bytes of a text in an encoding that Node only decodes. */
function encode(label: string, text: string): Buffer {
  const table = tables.get(label) ?? tableOf(label);
  tables.set(label, table);
  return Buffer.from([...text].flatMap((char) => {
    const bytes = table.get(char);
    if (!bytes) throw new Error(`${char} is not in ${label}`);
    return bytes;
  }));
}

/** Asks for every byte and every pair of bytes which character it is. */
function tableOf(label: string): ReadonlyMap<string, readonly number[]> {
  const decoder = new TextDecoder(label);
  const decode = (bytes: readonly number[]): string => (label === 'windows-1252' ? windows1252(Uint8Array.from(bytes)) : decoder.decode(Uint8Array.from(bytes)));
  const table = new Map<string, readonly number[]>();
  const add = (bytes: readonly number[]): void => {
    const char = decode(bytes);
    if ([...char].length === 1 && char !== '\uFFFD' && !table.has(char)) table.set(char, bytes);
  };
  for (let a = 0; a < 256; a += 1) {
    add([a]);
    for (let b = 0x40; a >= 0x80 && b < 256; b += 1) add([a, b]);
  }
  return table;
}

const TITLES = {
  'windows-1252': ['Björk - Jóga', 'Café', 'Édith Piaf - Non, je ne regrette rien', 'Mötley Crüe', 'L’été indien', 'Don’t Cry – “Live”…', 'À la claire fontaine', 'Señorita', 'Sigur Rós - Ágætis byrjun', 'ÆØÅ og så', 'DJ ÖTZI', 'Ærlighed', 'Noël à Paris', 'MÖTÖRHEAD', 'naïve', 'Où est le garçon ?'],
  'windows-1251': ['Кино - Группа крови', 'ДДТ - Осень', 'АРИЯ', 'ария - беспечный ангел', 'Алла Пугачёва – Миллион алых роз', 'Земфира - Ариведерчи (feat. DJ)', 'Океан Ельзи - Обійми', 'Би-2', 'Цой', 'забава', 'привет', 'НОВОСТИ', 'ПЕСНЯ', 'Я и ты'],
  'koi8-r': ['Кино - Группа крови', 'ДДТ - Осень', 'Алла Пугачёва - Миллион алых роз', 'НОВОСТИ', 'ария'],
  'shift_jis': ['宇多田ヒカル - 花束を君に', '米津玄師 - Lemon', 'きゃりーぱみゅぱみゅ', '椎名林檎', '東京', 'サザンオールスターズ - TSUNAMI', 'J-POP特集', 'ソ連の表', 'あいみょん - マリーゴールド'],
  'euc-jp': ['宇多田ヒカル - 花束を君に', 'きゃりーぱみゅぱみゅ', 'サザンオールスターズ'],
  'euc-kr': ['아이유 - 좋은 날', '방탄소년단'],
  'gb18030': ['周杰伦 - 七里香', '王菲 - 红豆', '邓丽君 - 月亮代表我的心'],
  'windows-1250': ['Łódź', 'Žižkov šťastný'],
} as const;

for (const [label, titles] of Object.entries(TITLES)) {
  test(`titles in ${label} are readable`, () => {
    for (const title of titles) assert.is(decodeText(encode(label, title)), title);
  });
}

test('UTF-8 comes first, also if its last character is cut off', () => {
  for (const text of ['Björk', 'Кино', '花束', 'é', '𝄞 music', 'Ðóra']) assert.is(decodeText(Buffer.from(text)), text);
  assert.is(decodeText(Buffer.from('Björk – Jóga').subarray(0, -3)), 'Björk – J');
  assert.is(decodeText(Buffer.from('花束を').subarray(0, -1)), '花束');
});

test('UTF-8 with a damaged character still is UTF-8', () => {
  const bytes = Buffer.from('Кино – Группа крови');
  bytes[1] = 0x20;
  assert.is(decodeText(bytes), '\uFFFD ино – Группа крови');
});

test('UTF-16 is known by its mark', () => {
  assert.is(decodeText(Buffer.from('\uFEFF#EXTM3U', 'utf16le')), '#EXTM3U');
  assert.is(decodeText(Buffer.from('\uFEFF#EXTM3U', 'utf16le').swap16()), '#EXTM3U');
});

test('an encoding that the server names is used, unless it is UTF-8 or the default', () => {
  const greek = encode('windows-1253', 'Γειά σου');
  assert.is(decodeText(greek, 'windows-1253'), 'Γειά σου');
  assert.is(decodeText(Buffer.from('Γειά'), 'windows-1253'), 'Γειά');
  assert.is(decodeText(encode('windows-1251', 'Кино'), 'iso-8859-1'), 'Кино');
  assert.is(decodeText(Buffer.from('Caf\xe9', 'latin1'), 'no-such-thing'), 'Café');
});

test('text that was encoded twice is mended, other text stays', () => {
  assert.is(withoutDoubleEncoding(Buffer.from('Кино – Björk').toString('latin1')), 'Кино – Björk');
  assert.is(withoutDoubleEncoding(encode('windows-1251', 'Кино - Группа крови').toString('latin1')), 'Кино - Группа крови');
  for (const text of ['Björk - Jóga', 'Ágætis', 'é', 'plain', 'Кино', '©®', 'ÄÖÜ']) assert.is(withoutDoubleEncoding(text), text);
});

test.run();
