/**
 * Finds the tracks of one pack in another by equal columns of levels: two packs that were made of the
 * same files from other starting points have most columns in common, byte for byte, where the starts
 * are whole hops apart.
 */
import { trackLevels, type Pack, type Track } from '../../packs/pack.js';

/** Columns with less difference between their highest and lowest byte are too plain to tell recordings apart. */
const LEAST_SPREAD = 20;
/** Least share of a track's columns that must be found at one offset. */
const LEAST_SHARE = 0.3;

/** @returns for each track of `wanted`, the track of `pack` with the same recording; undefined if it has none */
export function sameRecordings(wanted: Pack, pack: Pack): Array<Track | undefined> {
  const places = new Map<string, { readonly track: Track; readonly column: number }>();
  for (const track of pack.tracks) {
    for (const [column, key] of columnKeys(pack, track)) places.set(key, { track, column });
  }
  return wanted.tracks.map((own) => {
    const found = new Map<Track, Map<number, number>>();
    let columns = 0;
    for (const [column, key] of columnKeys(wanted, own)) {
      columns++;
      const place = places.get(key);
      if (place === undefined) continue;
      const offsets = found.get(place.track) ?? new Map<number, number>();
      found.set(place.track, offsets);
      offsets.set(place.column - column, (offsets.get(place.column - column) ?? 0) + 1);
    }
    let [best, most]: [Track | undefined, number] = [undefined, 0];
    for (const [track, offsets] of found) {
      const count = Math.max(...offsets.values());
      if (count > most) [best, most] = [track, count];
    }
    return most > 0 && most >= LEAST_SHARE * columns ? best : undefined;
  });
}

function* columnKeys(pack: Pack, track: Track): Generator<[column: number, key: string]> {
  const { bands } = pack.frontEnd;
  const bytes = Buffer.from(trackLevels(pack, track));
  for (let column = 0; column < track.columns; column++) {
    const own = bytes.subarray(column * bands, (column + 1) * bands);
    if (Math.max(...own) - Math.min(...own) >= LEAST_SPREAD) yield [column, own.toString('latin1')];
  }
}
