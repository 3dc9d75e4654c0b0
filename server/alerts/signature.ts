/**
 * Symmetric webhook signatures of Standard Webhooks 1.0.0
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md):
 * HMAC-SHA-256 over `ID.TIMESTAMP.BODY`, against tampering and replay.
 */
import { createHmac } from 'node:crypto';
import { flagOf, SettingError } from '../settings.js';

const PREFIX = 'whsec_';

/** HMAC key decoded from a secret. */
export type Key = Buffer;

/**
 * @param secret `whsec_` and base64, as in the specification; any other text is used as UTF-8 bytes
 * @throws SettingError when the text after `whsec_` isn't base64
 */
export function keyOf(secret: string): Key {
  if (!secret.startsWith(PREFIX)) return Buffer.from(secret, 'utf8');
  const base64 = secret.slice(PREFIX.length);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw new SettingError(`${flagOf('webhookSecret')} begins with ${PREFIX}, so base64 must come after it (letters, digits, +, / and =).`);
  return Buffer.from(base64, 'base64');
}

/** @param timestampS seconds since 1970 */
export function sign(key: Key, id: string, timestampS: number, body: string): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestampS}.${body}`).digest('base64')}`;
}
