import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ProtocolError } from '../../../server/protocol/errors.js';
import { withDefaults } from '../../../server/settings.js';
import { AudioListeners } from '../../../server/stations/audio-listeners.js';
import type { Station } from '../../../server/stations/station.js';
import { sharedServer } from '../rig.js';
import { stereo, tone } from '../sound.js';
import { SimulatedSources, station, URL_ONE } from './simulated-sources.js';

const SOURCES = new SimulatedSources();
const shared = sharedServer(test, {}, { listen: SOURCES.listen });

async function withLive(maxListeners: number, work: (live: { one: Station; listeners: AudioListeners; sources: SimulatedSources; off(): Promise<unknown> }) => Promise<void>): Promise<void> {
  await shared(async (server) => {
    const one = await server.stations.add(station({ id: 'one' }));
    SOURCES.emitState(URL_ONE, 'live');
    await work({ one, listeners: new AudioListeners(withDefaults({ maxListeners })), sources: SOURCES, off: () => server.stations.change('one', { enabled: false }) });
    await server.stations.remove('one');
  });
}

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (error) {
    return (error as ProtocolError).code;
  }
};

test('a listener gets the station\'s audio as WAV until the station is switched off', () => withLive(5, async ({ one, listeners, sources, off }) => {
  const sound = tone(300, 200);
  const body = new Response(listeners.listen(one)).arrayBuffer();
  sources.emitAudio(URL_ONE, sound.slice());
  await off();
  const bytes = new Uint8Array(await body);
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, 44));
  assert.is(text.slice(0, 4) + text.slice(8, 16) + text.slice(36, 40), 'RIFFWAVEfmt data');
  assert.is(new DataView(bytes.buffer).getUint32(24, true), 22050);
  assert.is(new DataView(bytes.buffer).getUint16(22, true), 2);
  assert.equal(bytes.subarray(44), stereo(sound));
  assert.is(listeners.size, 0);
}));

test('chunks are dropped for a listener that does not read, so memory stays bounded', () => withLive(5, async ({ one, listeners, sources }) => {
  const reader = listeners.listen(one).getReader();
  const second = tone(300, 1000);
  for (let seconds = 0; seconds < 60; seconds++) sources.emitAudio(URL_ONE, second.slice());
  let bytes = 0;
  for (;;) {
    const next = await Promise.race([reader.read(), new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined)))]);
    if (!next?.value) break;
    bytes += next.value.length;
  }
  assert.ok(bytes > 4 * 88_200 && bytes < 7 * 88_200, `${bytes}`);
  await reader.cancel();
  assert.is(listeners.size, 0);
}));

test('of sound as the station sends it no more than half a megabyte waits for a listener', () => withLive(5, async ({ one, listeners, sources }) => {
  const emit = (kilobytes: number): void => sources.emit(URL_ONE, { type: 'encoded', format: 'mp3', bytes: Buffer.alloc(1024 * kilobytes) });
  emit(1);
  const reader = listeners.relay(one).body.getReader();
  for (let piece = 0; piece < 100; piece++) emit(16);
  let bytes = 0;
  for (;;) {
    const next = await Promise.race([reader.read(), new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined)))]);
    if (!next?.value) break;
    bytes += next.value.length;
  }
  // The last piece is taken while anything is free.
  assert.is(bytes, 1024 * (1 + 32 * 16));
  await reader.cancel();
}));

test('listeners beyond the limit are refused, and all while no audio arrives', () => withLive(1, async ({ one, listeners, sources }) => {
  const first = listeners.listen(one);
  assert.is(codeOf(() => listeners.listen(one)), 'too-many-viewers');
  await first.cancel();
  sources.emitState(URL_ONE, 'failing', 'gone');
  assert.is(codeOf(() => listeners.listen(one)), 'not-found');
}));

test.run();
