/** Makes API tokens: `lg_` and 32 random bytes as base64url. A token is shown once; its SHA-256 is kept. */
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ROLES } from '../protocol/role.js';
import type { StoredToken } from '../store/tokens.js';

/** Digits of the hash in an id: 48 bits. */
const ID_DIGITS = 12;
const MAX_BOUND = 100;

const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;

export const stationsSchema = z.array(z.string().regex(/^[\w.-]{1,64}$/, 'stations must be ids of stations or streams')).min(1).max(MAX_BOUND).optional()
  .meta({ description: 'Ids of the stations and streams that it is bound to; all unless set' });
export const originsSchema = z.array(z.string().refine(isOrigin, 'origins must be such as https://example.org')).min(1).max(MAX_BOUND).optional()
  .meta({ description: 'Origins of the pages that may use it; all unless set' });

export const newTokenSchema = z.strictObject({
  name: z.string().trim().min(1, 'name must not be empty').max(100, 'name must be at most 100 characters').meta({ description: 'What it is for' }),
  role: z.enum(ROLES, { error: `role must be one of ${ROLES.join(', ')}` }),
  stations: stationsSchema,
  origins: originsSchema,
});

export type NewToken = z.output<typeof newTokenSchema>;

/** @param nowMs ms since 1970 */
export function newToken({ name, role, stations, origins }: NewToken, nowMs: number): { readonly token: string; readonly stored: StoredToken } {
  const token = `lg_${randomBytes(32).toString('base64url')}`;
  const hash = sha256(token).toString('hex');
  return { token, stored: { id: idOfHash(hash), hash, name, role, stations: stations ?? null, origins: origins ?? null, createdAtMs: nowMs, usedAtMs: null } };
}

/** Whether a text has the form of an API token. */
export function isTokenLike(text: string): boolean {
  return /^lg_[\w-]{43}$/.test(text);
}

export function idOfHash(hash: string): string {
  return hash.slice(0, ID_DIGITS);
}

export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
