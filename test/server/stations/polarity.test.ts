/** What a station sounds like, not what its mix looks like: opposite polarity is sound, DC is silence. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withServer, connect } from '../rig.js';
import { SimulatedSources, station, URL_ONE } from './simulated-sources.js';

/** Two seconds of s16le stereo at 22,050 Hz. */
function stereoSound(left: (n: number) => number, right: (n: number) => number): Uint8Array {
  return new Uint8Array(Int16Array.from({ length: 2 * 2 * 22_050 }, (_, i) => (i % 2 === 0 ? left : right)(i >> 1)).buffer);
}

const wave = (n: number): number => Math.round(16_000 * Math.sin((2 * Math.PI * 440 * n) / 22_050));

async function levelOf(bytes: Uint8Array): Promise<{ level: number; state: string }> {
  const sources = new SimulatedSources();
  let result = { level: NaN, state: '' };
  await withServer({}, async (server) => {
    await server.stations.add(station({ id: 'one' }));
    sources.emitState(URL_ONE, 'live');
    const viewer = await connect(server, '/v1/streams/one/watch');
    sources.emit(URL_ONE, { type: 'audio', bytes });
    const { level, state } = await viewer.prediction(({ seq }) => seq === 5);
    result = { level, state };
  }, { listen: sources.listen });
  return result;
}

test('a station whose channels have opposite polarity is not silent', async () => {
  const { level, state } = await levelOf(stereoSound(wave, (n) => -wave(n)));
  assert.ok(Math.abs(level - 20 * Math.log10(16_000 / 32_768 / Math.SQRT2)) < 0.2, String(level));
  assert.is.not(state, 'silence');
});

test('a station with nothing but a DC offset is silent', async () => {
  const { level, state } = await levelOf(stereoSound(() => 10_000, () => 10_000));
  assert.is(level, -120);
  assert.is(state, 'silence');
});

test.run();
