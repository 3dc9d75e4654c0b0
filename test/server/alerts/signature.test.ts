import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { keyOf, sign } from '../../../server/alerts/signature.js';

test('signs like the Standard Webhooks libraries', () => {
  // Values from their tests (libraries/javascript/src/webhook.test.ts).
  const key = keyOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  assert.is(sign(key, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}'), 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('a secret without the prefix is used as UTF-8 bytes', () => {
  assert.equal(keyOf('grüezi'), Buffer.from('grüezi', 'utf8'));
});

test('a secret with the prefix but without base64 is refused', () => {
  assert.throws(() => keyOf('whsec_not base64!'), /--webhook-secret begins with whsec_, so base64 must come after it/);
  assert.throws(() => keyOf('whsec_'), /base64/);
});

test.run();
