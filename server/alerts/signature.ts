/**
 * Signatures of webhooks, as Standard Webhooks 1.0.0 has them, symmetric
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md):
 * HMAC-SHA-256 over `ID.TIMESTAMP.BODY`, so neither can be changed nor sent again later.
 */
import { createHmac } from 'node:crypto';
import { flagOf, SettingError } from '../settings.js';

const PREFIX = 'whsec_';

/** What a secret stands for. */
export type Key = Buffer;

/**
 * @param secret `whsec_` and base64, as the specification writes them; any other text stands for its own bytes
 * @throws SettingError when it begins so and isn't base64
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
