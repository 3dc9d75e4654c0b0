import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { refusedFields } from '../../../client/dashboard/model/station-form.js';
import { ProtocolError } from '../../../server/protocol/errors.js';
import { createGuard } from '../../../server/network/guard/guard.js';
import { checkStation } from '../../../server/stations/check-station.js';
import { ask } from '../http/rest/ask.js';
import { sharedServer } from '../rig.js';
import { SimulatedSources, saved, URL_ONE } from './simulated-sources.js';
import { LOOPBACK } from '../../support/loopback.js';

const TAGS = ['calm', 'party'].map((name) => ({ name, kind: 'mood' as const, usual: 0.1 }));
const LABELS = { labels: ['jazz', 'rock'], tags: TAGS };

async function refusal(station: object, stationFiles = ''): Promise<string> {
  try {
    await checkStation(saved(station), LABELS, { stationFiles }, LOOPBACK);
    return 'none';
  } catch (error) {
    assert.instance(error, ProtocolError);
    return (error as ProtocolError).message;
  }
}

const shared = sharedServer(test, {}, { listen: new SimulatedSources().listen });

test('expected genres must be labels of the model', async () => {
  assert.is(await refusal({ rules: [{ type: 'drift', expect: ['jazz', 'rock'] }] }), 'none');
  assert.is(await refusal({ rules: [{ type: 'down' }, { type: 'drift', expect: ['jazz', 'techno', 'house'] }] }), 'rules[1].expect: the model has no label "techno", "house"; its labels are jazz, rock.');
});

test('a mood must be one that the model tells', async () => {
  assert.is(await refusal({ rules: [{ type: 'mood', maxLively: 0.6 }] }), 'none');
  assert.is(await refusal({ rules: [{ type: 'mood', maxLively: 0.6, minHappy: 0.2 }] }), 'rules[0]: the model has no tags that tell how happy music is.');
});

test('file: addresses need --station-files, and lie in it; a file may come later', async () => {
  assert.match(await refusal({ url: 'file:///music/a.flac' }), '--station-files');
  const home = mkdtempSync(join(tmpdir(), 'livegenre-door-'));
  try {
    mkdirSync(join(home, 'music'));
    writeFileSync(join(home, 'music', 'a.wav'), 'RIFF');
    writeFileSync(join(home, 'b.wav'), 'RIFF');
    const folder = join(home, 'music');
    assert.is(await refusal({ url: pathToFileURL(join(folder, 'a.wav')).href }, folder), 'none');
    assert.is(await refusal({ url: pathToFileURL(join(folder, 'later.wav')).href }, folder), 'none');
    assert.is(await refusal({ url: 'file:///music/a.flac' }, '/not/mounted/yet'), 'none');
    assert.is(await refusal({ url: pathToFileURL(join(home, 'b.wav')).href }, folder), 'url: The file is outside the folder of --station-files.');
    assert.is(await refusal({ url: pathToFileURL(folder).href }, home), 'url: The address is neither a file nor a named pipe.');
    assert.match(await refusal({ url: 'file://elsewhere/a.wav' }, folder), /^url: The address is not a local file/);
  } finally {
    rmSync(home, { recursive: true });
  }
});

test('addresses that can never work are refused, each with its field', async () => {
  const message = await refusal({ url: 'http://user:12#34@radio.example/', webhooks: ['https://hooks.example/', 'http://hooks.example:10080/x', 'http://hooks.example:0/'] });
  assert.equal(refusedFields(message), ['url', 'webhooks', 'webhooks']);
  assert.match(message, /^url: the # in its user name or password must be written as %23;.* webhooks\[1\]: no request can be made to port 10080: .* webhooks\[2\]: nothing can listen on port 0\.$/);
});

test('addresses out of the public internet are refused, unless --allow-hosts names them', async () => {
  const fields = { url: 'http://10.0.0.7:8000/live', webhooks: ['https://hooks.example/', 'http://[::ffff:a9fe:a9fe]/'] };
  const said = async (allowHosts: readonly string[]): Promise<string> => checkStation(fields, LABELS, { stationFiles: '' }, createGuard({ allowHosts })).then(() => 'none', (error: Error) => error.message);
  assert.equal(refusedFields(await said([])), ['url', 'webhooks']);
  assert.match(await said([]), /^url: it leads to a private network, .*--allow-hosts names; the operator can add 10\.0\.0\.7 there\. webhooks\[1\]: it leads to the metadata service of a cloud/);
  assert.is(await said(['10.0.0.0/8', '169.254.169.254']), 'none');
});

test('the API refuses them at the door; a change of other fields is taken whatever is saved', () => shared(async (server) => {
  const told = async (fields: object): Promise<readonly unknown[]> => {
    const { status, body } = await ask(server, 'POST', '/v1/stations', { name: 'One', url: URL_ONE, ...fields });
    return [status, body.detail];
  };
  assert.equal(await told({ url: 'http://user:pa/ss@radio.example/' }), [422, 'url: the / in its user name or password must be written as %2F; if the / is not part of one, write the @ after it as %40.']);
  assert.is((await told({ webhooks: ['http://user:pa#ss@hooks.example/'] }))[0], 422);
  assert.match(String((await told({ webhooks: ['http://hooks.example:6000/'] }))[1]), /^webhooks\[0\]: no request can be made to port 6000/);
  assert.equal(server.stations.list().length, 0);
  assert.is((await ask(server, 'POST', '/v1/stations', { id: 'one', name: 'One', url: 'http://user:100%@radio.example/' })).status, 201);
  await server.stations.remove('one');
}));

test('the API applies the check to new stations and to changes', () => shared(async (server) => {
  const drift = { type: 'drift', expect: ['techno'] };
  const refused = await ask(server, 'POST', '/v1/stations', { name: 'One', url: URL_ONE, rules: [drift] });
  assert.equal([refused.status, refused.body.code, server.stations.list().length], [422, 'bad-request', 0]);
  await ask(server, 'POST', '/v1/stations', { id: 'one', name: 'One', url: URL_ONE });
  assert.is((await ask(server, 'PATCH', '/v1/stations/one', { rules: [drift] })).status, 422);
  assert.is((await ask(server, 'PATCH', '/v1/stations/one', { rules: [{ ...drift, expect: ['low'] }] })).status, 200);
}));

test.run();
