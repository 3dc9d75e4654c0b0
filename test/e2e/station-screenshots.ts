/**
 * Screenshots of the station pages, also taken by `npm run screenshots`. Two dozen stations play the
 * demo's music; one of them has a generated history.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { Log } from '../../server/log.js';
import type { AlertType } from '../../server/protocol/messages.js';
import { startServer } from '../../server/server.js';
import { withDefaults } from '../../server/settings.js';
import { DemoSynth, toS16 } from '../../server/sources/demo/synth.js';
import { openDatabase } from '../../server/store/sqlite/database.js';
import { SqliteStore } from '../../server/store/sqlite/store.js';
import type { ClosedRow } from '../../server/store/store.js';
import { station } from '../server/stations/simulated-sources.js';
import { NO_SOUND, Radio } from './radio.js';

const NAMES = [
  'Hafenwelle', 'Nordlicht Kultur', 'Radio Mezzanine', 'Blue Hour FM', 'Canal Tropical', 'Kiosk 24', 'Velvet Static', 'Studio Ost', 'The Long Player', 'Rádio Aurora',
  'Sunday Service', 'Low Tide Radio', 'Orchestra of the Valley – Evening Programme', 'Dub Garden', 'Signal 7', 'Paper Moon', 'Meridian', 'Night Bus', 'Copper Wire', 'Fjord FM', 'Plaza', 'Second Floor', 'Weekender', 'Open Window',
];
const TITLES = ['The Harbour Lights – Slow Ferry', 'Ana Prado – Verão', 'Kessler Quartet – Third Floor Blues', 'Tin Roof – Rain Again', 'Lumen – Nine Doors'];
const SHOWN = 'hafenwelle';
const LOOP_S = 20;
const LOOPS = 12;
const RATE = 22_050;
const LISTEN_MS = 20_000;
const HOUR_MS = 3_600_000;
const SCREENSHOTS = [
  ['stations-1400-dark', '/stations', 1400, 'dark'],
  ['station-1400-dark', `/stations/${SHOWN}`, 1400, 'dark'],
  ['station-400-light', `/stations/${SHOWN}`, 400, 'light'],
] as const;

const url = (index: number): string => `http://127.0.0.1/${index}`;

/** @returns paths of the screenshots */
export async function stationScreenshots(browser: Browser, folder: string): Promise<string[]> {
  const databaseFolder = await mkdtemp(join(tmpdir(), 'livegenre-pictures-'));
  const radio = new Radio();
  const database = join(databaseFolder, 'history.db');
  await writePast(database);
  const server = await startServer(withDefaults({ port: 0, shards: 1, demo: false, database }), { listen: radio.listen, log: new Log('error') });
  try {
    for (const [index, name] of NAMES.entries()) await server.stations.add(station({ name, url: url(index), enabled: index !== 17 }));
    startBroadcasts(radio);
    const paths = [];
    for (const [name, urlPath, width, colorScheme] of SCREENSHOTS) {
      const page = await browser.newPage({ colorScheme, viewport: { width, height: width > 1000 ? 900 : 860 } });
      await page.goto(`${server.url}${urlPath}`);
      await page.waitForTimeout(LISTEN_MS); // so that there is music to show
      const path = join(folder, `${name}.png`);
      await page.screenshot({ path, fullPage: urlPath !== '/stations' });
      paths.push(path);
      await page.close();
    }
    return paths;
  } finally {
    radio.close();
    await server.close();
    await rm(databaseFolder, { recursive: true });
  }
}

function startBroadcasts(radio: Radio): void {
  const loops = Array.from({ length: LOOPS }, (_, seed) => {
    const { buffer, byteOffset, byteLength } = toS16(new DemoSynth(seed + 1, RATE).render(LOOP_S * RATE));
    return new Uint8Array(buffer, byteOffset, byteLength);
  });
  for (const index of NAMES.keys()) {
    radio.broadcast(url(index), loops[index % LOOPS]!, index % 6 === 5 ? null : TITLES[index % TITLES.length]!);
  }
  radio.fail(url(6), 'The server answered 503 Service Unavailable.');
  radio.broadcast(url(11), NO_SOUND);
  radio.emitState(url(14), 'stalled', 'No bytes arrived for 10 s.');
}

/** Writes a day of history as a radio station might have it: news in the morning, other music at night. */
async function writePast(database: string): Promise<void> {
  const nowMs = Date.now();
  const closed: ClosedRow[] = [];
  const minutes = new Map<number, Record<string, number>>();
  const outage = { fromMs: nowMs - 9 * HOUR_MS, toMs: nowMs - 8.6 * HOUR_MS };
  let random = 11;
  const draw = (below: number): number => (random = random * 16807 % 2147483647) % below;
  for (let atMs = nowMs - 22 * HOUR_MS, song = 0; atMs < nowMs; song++) {
    const hour = new Date(atMs).getHours();
    const toMs = Math.min(nowMs, atMs + 90_000 + draw(240_000));
    const isOut = atMs < outage.toMs && toMs > outage.fromMs;
    const kinds = hour < 6 ? ['jazz', 'blues', 'classical'] : hour < 9 ? ['speech', 'pop', 'pop', 'speech'] : hour < 17 ? ['pop', 'rock', 'disco', 'reggae', 'pop'] : ['rock', 'hiphop', 'jazz', 'reggae'];
    const kind = draw(12) === 0 ? 'speech' : kinds[draw(kinds.length)]!;
    const nowPlaying = kind === 'speech' ? null : TITLES[song % TITLES.length]!;
    if (!isOut) closed.push({ kind: 'segment', station: SHOWN, segment: { fromMs: atMs, toMs, state: kind === 'speech' ? 'speech' : 'music', genre: kind === 'speech' ? null : kind, p: kind === 'speech' ? 0 : 0.5 + draw(45) / 100, nowPlaying } });
    for (let minute = Math.ceil(atMs / 60_000); minute * 60_000 < toMs; minute++) minutes.set(minute, { [isOut ? 'down' : kind]: 60_000 });
    atMs = toMs;
  }
  for (const [minute, shares] of minutes) closed.push({ kind: 'minute', station: SHOWN, minute: { minute, shares } });
  const alert = (id: string, type: AlertType, fromMs: number, toMs: number, sentence: string) => closed.push({ kind: 'alert', station: SHOWN, alert: { id, station: { id: SHOWN, name: NAMES[0]! }, type, fromMs, toMs, sentence } });
  closed.push({ kind: 'state', station: SHOWN, state: { ...outage, state: 'failing', reason: 'The connection was refused.' } });
  alert('1', 'down', outage.fromMs + 30_000, outage.toMs, 'Not heard for 30 s: the connection was refused.');
  alert('2', 'genre-changed', nowMs - 0.7 * HOUR_MS, nowMs - 0.7 * HOUR_MS, 'Jazz now, rock before.');
  const store = new SqliteStore(() => openDatabase(database));
  await store.history.write({ forgotten: [], open: [], closed });
  await store.close();
}
