import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ProtocolError } from '../../../server/protocol/errors.js';
import { checkStation } from '../../../server/stations/check-station.js';
import { ask } from '../http/rest/ask.js';
import { withServer } from '../rig.js';
import { SimulatedSources, saved, URL_ONE } from './simulated-sources.js';

const LABELS = { labels: ['jazz', 'rock'] };

function refusal(station: object, stationFiles = ''): string {
  try {
    checkStation(saved(station), LABELS, { stationFiles });
    return 'none';
  } catch (error) {
    assert.instance(error, ProtocolError);
    return (error as ProtocolError).message;
  }
}

test('expected genres must be labels of the model', () => {
  assert.is(refusal({ rules: [{ type: 'drift', expect: ['jazz', 'rock'] }] }), 'none');
  assert.is(refusal({ rules: [{ type: 'down' }, { type: 'drift', expect: ['jazz', 'techno', 'house'] }] }), 'rules[1].expect: the model has no label "techno", "house"; its labels are jazz, rock.');
});

test('file: addresses need --station-files', () => {
  assert.match(refusal({ url: 'file:///music/a.flac' }), '--station-files');
  assert.is(refusal({ url: 'file:///music/a.flac' }, '/music'), 'none');
});

test('the API applies the check to new stations and to changes', () => withServer({}, async (server) => {
  const drift = { type: 'drift', expect: ['techno'] };
  const refused = await ask(server, 'POST', '/v1/stations', { name: 'One', url: URL_ONE, rules: [drift] });
  assert.equal([refused.status, refused.body.code, server.stations.list().length], [422, 'bad-request', 0]);
  await ask(server, 'POST', '/v1/stations', { id: 'one', name: 'One', url: URL_ONE });
  assert.is((await ask(server, 'PATCH', '/v1/stations/one', { rules: [drift] })).status, 422);
  assert.is((await ask(server, 'PATCH', '/v1/stations/one', { rules: [{ ...drift, expect: ['low'] }] })).status, 200);
}, { listen: new SimulatedSources().listen }));

test.run();
