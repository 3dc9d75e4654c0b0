/** A library in a folder of its own, as a run leaves it: tracks on a circle, so that neighbours are known. No sound files are needed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Catalogue, DATABASE_IN_FOLDER } from '../../../../server/library/catalogue.js';
import { judged } from '../judged.js';

const MODEL = { name: 'm', version: '1', weights: { sha256: 'a'.repeat(64) }, labels: ['jazz', 'rock'], embedding: { size: 2, sha256: 'b'.repeat(64) } };

export interface KeptLibrary {
  readonly folder: string;
  readonly file: string;
  remove(): void;
}

/** Ten jazz tracks at 0 to 90 degrees, `Artist N/Album/0N Song N.mp3`, and one of rock at 180, which is lively and has a guitar, the others being calm with a piano. Each is a minute long. */
export function keptLibrary(): KeptLibrary {
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-kept-'));
  const file = join(folder, DATABASE_IN_FOLDER);
  const catalogue = Catalogue.open(file, folder);
  const at = (degrees: number): Float32Array => Float32Array.of(Math.cos(degrees * Math.PI / 180), Math.sin(degrees * Math.PI / 180));
  const tracks = Array.from({ length: 10 }, (_, index) => ({ path: `Artist ${index}/Album ${index}/0${index} Song ${index}.mp3`, genre: 'jazz', degrees: 10 * index }));
  catalogue.write(catalogue.model(MODEL), [...tracks, { path: 'rock.mp3', genre: 'rock', degrees: 180 }].map(({ path, genre, degrees }, index) => ({
    path, stamp: { size: 1000 + index, mtimeMs: 1 }, judgement: judged(genre, { durationMs: 60_000 + 10 * index, embedding: at(degrees), tags: [[genre === 'rock' ? 'guitar' : 'piano', 0.8]], mood: { lively: genre === 'rock' ? 0.8 : 0.3 } }),
  })), 1);
  catalogue.close();
  return { folder, file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
