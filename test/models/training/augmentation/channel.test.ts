/** Channel, room and noise augmentation, compared with their definitions and with the same degradations of audio. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeLevel } from '../../../../dsp/mel/level-bytes.js';
import { FRONT_END_V1, MelColumns } from '../../../../dsp/mel/mel-columns.js';
import { NORMALISATION_V1, Normaliser } from '../../../../dsp/mel/normalise.js';
import { Channel } from '../../../../models/training/augmentation/channel.js';
import { crop, NO_AUGMENTATION } from '../../../../models/training/data/crops.js';
import { Noise } from '../../../../models/training/augmentation/noise.js';
import { Random } from '../../../../models/random.js';
import { Room } from '../../../../models/training/augmentation/room.js';
import { amRadio } from '../../../../server/evaluation/degradations/am-radio.js';
import { addRoom } from '../../../../server/evaluation/degradations/room.js';
import { toyPack } from '../../packs.js';

const { bands, hop, sampleRate } = FRONT_END_V1;
type Columns = Float32Array[];

test('a channel attenuates the treble down to its noise floor and leaves the middle flat', () => {
  for (let seed = 0; seed < 20; seed++) {
    const channel = new Channel(FRONT_END_V1, 0, new Random(seed));
    const column = new Float32Array(bands);
    channel.push(column);
    const middle = column.subarray(20, 25); // about 1 kHz
    assert.ok(Math.max(...middle) - Math.min(...middle) < 0.5, `${[...middle]}`);
    for (let band = 30; band < bands; band++) assert.ok(column[band]! <= column[band - 1]! + 1e-6);
    assert.ok(column[bands - 1]! < column[22]! - 3);

    const before = column.slice();
    channel.push(column.fill(-200)); // only the noise floor
    assert.ok(column.every((level, band) => level <= before[band]! && level >= -200));
    assert.ok(column[22]! >= -106 && column[22]! <= -39, `${column[22]}`);
  }
});

test('about half of all channels compress the dynamic range', () => {
  let compressed = 0;
  for (let seed = 0; seed < 100; seed++) {
    const channel = new Channel(FRONT_END_V1, 0, new Random(seed));
    const levelOf = (db: number): number => {
      const column = new Float32Array(bands);
      for (let index = 0; index < 40; index++) channel.push(column.fill(db));
      return column[22]!;
    };
    const range = levelOf(0) - levelOf(-20);
    assert.ok(range <= 20 + 1e-4);
    if (range > 19.9) continue;
    compressed++;
    assert.ok(range >= 20 / 5 - 0.1 && range <= 20 / 2 + 0.1, `${range} dB`);
  }
  assert.ok(compressed > 30 && compressed < 70, `${compressed} of 100`);
});

test('a room decays by 60 dB within its reverberation time', () => {
  for (let seed = 0; seed < 20; seed++) {
    const room = new Room(FRONT_END_V1, new Random(seed));
    const column = new Float32Array(bands);
    const mean = (): number => column.reduce((sum, level) => sum + level, 0) / bands; // single bands fluctuate
    for (let index = 0; index < 40; index++) room.push(column.fill(0));
    const steady = mean();
    let before = steady;
    const silences = Math.ceil((0.9 * sampleRate) / hop);
    for (let index = 0; index < silences; index++) {
      room.push(column.fill(-200));
      assert.ok(mean() < before, `${mean()} after ${before}`);
      before = mean();
    }
    assert.ok(before < steady - 60, `${before - steady} dB`);
  }
});

test('some of the random channels match AM radio in every band', () => {
  const clean = beats(20);
  const wanted = profile(columnsOf(amRadio({ samples: clean, sampleRate }, new Random(1)).samples));
  const levels = columnsOf(clean);
  const loudest = levels.reduce((highest, column) => Math.max(highest, ...column), -Infinity);
  let nearest = Infinity;
  for (let seed = 0; seed < 300 && nearest >= 1.5; seed++) {
    const channel = new Channel(FRONT_END_V1, loudest, new Random(seed));
    const drawn = profile(pushed(levels, channel));
    nearest = Math.min(nearest, drawn.reduce((sum, level, band) => sum + Math.abs(level - wanted[band]!), 0) / bands);
  }
  assert.ok(nearest < 1.5, `the nearest of 300 channels is ${nearest.toFixed(1)} dB away`);
});

test('some of the random rooms match a living room in softness and length of onsets', () => {
  const clean = beats(20);
  const wanted = onsets(columnsOf(addRoom({ samples: clean, sampleRate }, new Random(1)).samples));
  const levels = columnsOf(clean);
  const { deviation } = onsets(levels);
  let nearest = Infinity;
  for (let seed = 0; seed < 200 && nearest >= 0.01; seed++) {
    const drawn = onsets(pushed(levels, new Room(FRONT_END_V1, new Random(seed))));
    nearest = Math.min(nearest, Math.max(Math.abs(drawn.deviation - wanted.deviation) / deviation, Math.abs(drawn.next - wanted.next)));
  }
  assert.ok(nearest < 0.01, `the nearest of 200 rooms is ${nearest.toFixed(3)} away`);
});

test('noise is 5 to 25 dB below the music whatever its original level; silence adds nothing', () => {
  const music = toyPack('train', { tracks: 1 });
  const noises = toyPack('noise', { tracks: 3, columns: 50, seed: 4 });
  noises.levels.fill(160, 0, 50 * bands).fill(80, 50 * bands, 100 * bands).fill(0, 100 * bands);
  const powerOf = (columns: Columns): number => columns.reduce((sum, column) => sum + column.reduce((own, level) => own + 10 ** (level / 10), 0), 0);
  const clean = Array.from({ length: music.tracks[0]!.columns }, (_, column) => Float32Array.from(music.levels.subarray(column * bands, (column + 1) * bands), decodeLevel));
  const mean = powerOf(clean) / clean.length;
  const snrs: number[] = [];
  for (let seed = 0; seed < 300; seed++) {
    const heard = pushed([new Float32Array(bands).fill(-200)], new Noise(noises, music.levels, new Random(seed)));
    snrs.push(10 * Math.log10(mean / powerOf(heard)));
  }
  const audible = snrs.filter((snr) => snr < 100);
  assert.ok(audible.length > 150 && audible.length < 250, `${audible.length} of 300 are not silent`);
  assert.ok(Math.min(...audible) >= 5 && Math.max(...audible) <= 25, `${Math.min(...audible)} to ${Math.max(...audible)} dB`);
  assert.ok(Math.min(...audible) < 6 && Math.max(...audible) > 24, `${Math.min(...audible)} to ${Math.max(...audible)} dB`);
});

test('noise recordings alternate: none lasts longer than five seconds', () => {
  const music = toyPack('train', { tracks: 1 });
  const noises = toyPack('noise', { tracks: 2, columns: 200, seed: 4 });
  noises.levels.fill(0, 0, 200 * bands);
  noises.levels.fill(160, 200 * bands);
  const heard = pushed(Array.from({ length: 2000 }, () => new Float32Array(bands).fill(-200)), new Noise(noises, music.levels, new Random(1)));
  const levels = heard.map((column) => Math.round(column[0]! * 10));
  let longest = 0;
  let run = 0;
  levels.forEach((level, index) => {
    run = level === levels[index - 1] && level > -2000 ? run + 1 : 1;
    longest = Math.max(longest, run);
  });
  assert.is(longest, 57);
  assert.ok(new Set(levels).size > 15, `${new Set(levels).size} levels`);
});

test('a crop with a channel, room or noise differs from the clean one and depends only on the seed', () => {
  const pack = toyPack('train', { tracks: 1 });
  const track = pack.tracks[0]!;
  const heard = (augmentation: Partial<typeof NO_AUGMENTATION>, seed: number): Float32Array => {
    const out = new Float32Array(40 * bands);
    crop(pack, track, NORMALISATION_V1, { firstColumn: 0, columns: 40, lead: 0 }, { ...NO_AUGMENTATION, ...augmentation }, new Random(seed), out);
    return out;
  };
  const clean = heard({}, 1);
  const noise = { pack: toyPack('noise', { tracks: 2, columns: 200, seed: 4 }), chance: 1 };
  for (const augmentation of [{ channelChance: 1 }, { roomChance: 1 }, { noise }]) {
    assert.equal(heard(augmentation, 1), heard(augmentation, 1));
    assert.not.equal(heard(augmentation, 1), heard(augmentation, 2));
    assert.not.equal(heard(augmentation, 1), clean);
  }
});

/** Music-like noise: -6 dB per octave, with random onsets and decays. */
function beats(seconds: number): Float32Array {
  const random = new Random(7);
  let envelope = 0;
  let low = 0;
  return Float32Array.from({ length: seconds * sampleRate }, () => {
    if (random.next() < 4 / sampleRate) envelope = random.between(0.3, 1);
    envelope *= 1 - 8 / sampleRate;
    const sample = random.normal();
    low += 0.05 * (sample - low);
    return 0.1 * envelope * (low + 0.1 * sample);
  });
}

function columnsOf(samples: Float32Array): Columns {
  const columns: Columns = [];
  new MelColumns(FRONT_END_V1).push(samples, (power) => columns.push(power.map((value) => 10 * Math.log10(value + 1e-12))));
  return columns;
}

function pushed(columns: Columns, through: { push(column: Float32Array): void }): Columns {
  return columns.map((column) => {
    const own = column.slice();
    through.push(own);
    return own;
  });
}

/** Network input, in dB. */
function heardOf(columns: Columns): Columns {
  const normaliser = new Normaliser(NORMALISATION_V1, bands);
  return columns.map((column) => {
    const out = new Float32Array(bands);
    normaliser.levels(column, out, 0);
    return out.map((value) => value * NORMALISATION_V1.scaleDb);
  });
}

/** [bands] mean level, dB. */
function profile(columns: Columns): number[] {
  const heard = heardOf(columns);
  return Array.from({ length: bands }, (_, band) => heard.reduce((sum, column) => sum + column[band]!, 0) / heard.length);
}

/** Standard deviation of the mean rise between columns, dB, and its correlation with the rise in the next column. */
function onsets(columns: Columns): { deviation: number; next: number } {
  const heard = heardOf(columns);
  const rises = heard.slice(1).map((column, index) => column.reduce((sum, level, band) => sum + Math.max(0, level - heard[index]![band]!), 0) / bands);
  const mean = rises.reduce((sum, rise) => sum + rise, 0) / rises.length;
  const moved = rises.map((rise) => rise - mean);
  const power = moved.reduce((sum, rise) => sum + rise * rise, 0);
  return {
    deviation: Math.sqrt(power / moved.length),
    next: moved.slice(1).reduce((sum, rise, index) => sum + rise * moved[index]!, 0) / power,
  };
}

test.run();
