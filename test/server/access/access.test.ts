import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Access } from '../../../server/access/access.js';
import { ProtocolError } from '../../../server/protocol/errors.js';
import { connect, refusedUpgrade, withServer } from '../rig.js';

const refusal = (work: () => void): string => {
  try {
    work();
  } catch (error) {
    assert.instance(error, ProtocolError);
    assert.is((error as ProtocolError).code, 'no-token');
    return (error as Error).message;
  }
  throw new Error('it was allowed');
};

test('everybody may what the setting says, and what is less', () => {
  for (const [access, may] of [['view', ['view']], ['send', ['view', 'send']], ['manage', ['view', 'send', 'manage']]] as const) {
    const gate = new Access({ access, adminToken: '' });
    assert.is(gate.of(undefined), access);
    for (const needed of ['view', 'send', 'manage'] as const) {
      if ((may as readonly string[]).includes(needed)) gate.check(needed, undefined);
      else refusal(() => gate.check(needed, undefined));
    }
  }
});

test('the token allows everything; anything else that is sent as one allows no more than nothing', () => {
  const gate = new Access({ access: 'view', adminToken: 'secret' });
  for (const right of ['Bearer secret', 'bearer secret', 'Bearer  secret']) gate.check('manage', right);
  for (const wrong of ['secret', 'Bearer', 'Bearer ', 'Bearer secrets', 'Bearer Secret', 'Basic secret', 'Bearer secret more', '']) {
    assert.is(gate.of(wrong), 'view', wrong);
    refusal(() => gate.check('manage', wrong));
  }
});

test('without a token set, none is right', () => {
  for (const given of ['Bearer ', 'Bearer undefined', 'Bearer null']) assert.is(new Access({ access: 'view', adminToken: '' }).of(given), 'view');
});

test('the sentence says what to do', () => {
  assert.is(refusal(() => new Access({ access: 'view', adminToken: 's' }).check('send', undefined)), 'Only those with the admin token may send sound. Send the admin token as "Authorization: Bearer TOKEN".');
  assert.is(refusal(() => new Access({ access: 'view', adminToken: 's' }).check('manage', 'Bearer x')), 'Only those with the admin token may manage stations, and this was not it. Send the admin token as "Authorization: Bearer TOKEN".');
  assert.match(refusal(() => new Access({ access: 'send', adminToken: '' }).check('manage', undefined)), '--admin-token');
});

test('where everybody may only look, sound is sent with the token', () => withServer({ access: 'view', adminToken: 'secret' }, async (server) => {
  const { status, body, headers } = await refusedUpgrade(server, '/v1/stream');
  assert.equal([status, body.code, headers['www-authenticate']], [401, 'no-token', 'Bearer']);
  const client = await connect(server, '/v1/stream', { headers: { authorization: 'Bearer secret' } });
  client.ws.close();
  await client.closed();
}));

test.run();
