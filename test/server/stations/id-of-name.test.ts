import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stationIdSchema } from '../../../server/stations/config.js';
import { idOfName } from '../../../server/stations/id-of-name.js';
import { anyText } from '../../support/any-text.js';

test('names in any letters give ids that can be read', async () => {
  for (const [name, id] of [
    ['Radio One', 'radio-one'], ['Rádió 1 (HD)', 'radio-1-hd'], ['Радио Маяк', 'radio-mayak'], ['Радио 1', 'radio-1'], ['Ραδιόφωνο 5', 'radiofono-5'],
    ['北京电台', 'beijingdiantai'], ['라디오', 'ladio'], ['ラジオ', 'rajio'], ['वैशाख', 'vaisakh'], ['راديو', 'rdyw'], ['Radio Østfold', 'radio-ostfold'], ['Łódź', 'lodz'],
    ['Straße', 'strasse'], ['ＲＡＤＩＯ　１', 'radio-1'], ['📻 One', 'radio-one'], ['!!!', 'station'],
  ] as const) assert.is(await idOfName(name), id, name);
});

test('any name gives an id that is allowed', () => fc.assert(fc.asyncProperty(anyText({ minLength: 1, maxLength: 100 }), async (name) => {
  stationIdSchema.parse((await idOfName(name)).replace(/^(watch|demo)$/, 'x'));
})));

test.run();
