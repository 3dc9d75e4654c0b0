/** Poor lines and rooms, against what they are by definition. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FRONT_END_V1 } from '../../../dsp/mel.js';
import { NORMALISATION_V1 } from '../../../dsp/normalise.js';
import { drawChannel } from '../../../models/training/channel.js';
import { crop, NO_AUGMENTATION } from '../../../models/training/crops.js';
import { Random } from '../../../models/training/random.js';
import { Room } from '../../../models/training/room.js';
import { toyPack } from '../packs.js';

const { bands, hop, sampleRate } = FRONT_END_V1;

test('a line takes the top away, more of it the higher, and leaves the middle', () => {
  for (let seed = 0; seed < 20; seed++) {
    const { gainDb, floorDb } = drawChannel(FRONT_END_V1, new Random(seed));
    const middle = gainDb.subarray(20, 25); // about 1 kHz
    assert.ok(middle.every((gain) => gain > -0.5 && gain <= 0), `${[...middle]}`);
    for (let band = 30; band < bands; band++) assert.ok(gainDb[band]! <= gainDb[band - 1]! + 1e-6);
    assert.ok(gainDb[bands - 1]! < -3);
    assert.ok(floorDb >= -75 && floorDb <= -45);
  }
});

test('a room goes on sounding after the music stops, and falls by 60 dB within its reverberation time', () => {
  for (let seed = 0; seed < 20; seed++) {
    const room = new Room(FRONT_END_V1, new Random(seed));
    const column = new Float32Array(bands).fill(0);
    for (let index = 0; index < 40; index++) room.push(column.fill(0));
    const steady = column.slice();
    let before = steady[30]!;
    const silences = Math.ceil((0.9 * sampleRate) / hop);
    for (let index = 0; index < silences; index++) {
      room.push(column.fill(-200));
      assert.ok(column[30]! < before, `${column[30]} after ${before}`);
      before = column[30]!;
    }
    assert.ok(before < steady[30]! - 60, `${before - steady[30]!} dB`);
  }
});

test('a crop over a line or in a room is another one, the same for the same seed', () => {
  const pack = toyPack('train', { tracks: 1 });
  const track = pack.tracks[0]!;
  const heard = (augmentation: Partial<typeof NO_AUGMENTATION>, seed: number): Float32Array => {
    const out = new Float32Array(40 * bands);
    crop(pack, track, NORMALISATION_V1, { firstColumn: 0, columns: 40, lead: 0 }, { ...NO_AUGMENTATION, ...augmentation }, new Random(seed), out);
    return out;
  };
  const clean = heard({}, 1);
  for (const augmentation of [{ channelChance: 1 }, { roomChance: 1 }]) {
    assert.equal(heard(augmentation, 1), heard(augmentation, 1));
    assert.not.equal(heard(augmentation, 1), heard(augmentation, 2));
    assert.not.equal(heard(augmentation, 1), clean);
  }
});

test.run();
