import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Access } from '../../../server/access/access.js';
import { ProtocolError } from '../../../server/protocol/errors.js';
import { connect, refusedUpgrade, withServer } from '../rig.js';

const errorMessage = (work: () => void): string => {
  try {
    work();
  } catch (error) {
    assert.instance(error, ProtocolError);
    assert.is((error as ProtocolError).code, 'no-token');
    return (error as Error).message;
  }
  throw new Error('access was allowed');
};

test('without a token the setting decides, and each permission includes the lower ones', () => {
  for (const [access, may] of [['view', ['view']], ['send', ['view', 'send']], ['manage', ['view', 'send', 'manage']]] as const) {
    const subject = new Access({ access, adminToken: '' });
    assert.is(subject.permissionOf(undefined), access);
    for (const needed of ['view', 'send', 'manage'] as const) {
      if ((may as readonly string[]).includes(needed)) subject.check(needed, undefined);
      else errorMessage(() => subject.check(needed, undefined));
    }
  }
});

test('the token allows everything; a wrong one is treated like none', () => {
  const subject = new Access({ access: 'view', adminToken: 'secret' });
  for (const right of ['Bearer secret', 'bearer secret', 'Bearer  secret']) subject.check('manage', right);
  for (const wrong of ['secret', 'Bearer', 'Bearer ', 'Bearer secrets', 'Bearer Secret', 'Basic secret', 'Bearer secret more', '']) {
    assert.is(subject.permissionOf(wrong), 'view', wrong);
    errorMessage(() => subject.check('manage', wrong));
  }
});

test('if no token is set, no token is accepted', () => {
  for (const given of ['Bearer ', 'Bearer undefined', 'Bearer null']) assert.is(new Access({ access: 'view', adminToken: '' }).permissionOf(given), 'view');
});

test('the message says what to do', () => {
  assert.is(errorMessage(() => new Access({ access: 'view', adminToken: 's' }).check('send', undefined)), 'The admin token is needed to send sound. Send the admin token as "Authorization: Bearer TOKEN".');
  assert.is(errorMessage(() => new Access({ access: 'view', adminToken: 's' }).check('manage', 'Bearer x')), 'The admin token is needed to manage stations, and the one sent is wrong. Send the admin token as "Authorization: Bearer TOKEN".');
  assert.match(errorMessage(() => new Access({ access: 'send', adminToken: '' }).check('manage', undefined)), '--admin-token');
});

test('with access view, sound can be sent with the token', () => withServer({ access: 'view', adminToken: 'secret' }, async (server) => {
  const { status, body, headers } = await refusedUpgrade(server, '/v1/stream');
  assert.equal([status, body.code, headers['www-authenticate']], [401, 'no-token', 'Bearer']);
  const client = await connect(server, '/v1/stream', { headers: { authorization: 'Bearer secret' } });
  client.ws.close();
  await client.closed();
}));

test.run();
