/**
 * Short-lived tokens for pages and widgets, which can't keep a secret: a JSON Web Token (RFC 7519) with a role, signed with
 * HS256. It names the token it was made with, and ends with it.
 */
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { includesRole, ROLES } from '../protocol/role.js';
import { ProtocolError } from '../protocol/errors.js';
import { originsSchema, stationsSchema } from './new-token.js';
import type { SigningKeys } from './signing-keys.js';
import type { Grant } from './visitor.js';

const ALGORITHM = 'HS256';
const AUDIENCE = 'livegenre';
export const MAX_SECONDS = 600;
/** What a page may be given: never `manage`. */
const PAGE_ROLES = ['view', 'send'] as const;

export const signedTokenSchema = z.strictObject({
  role: z.enum(PAGE_ROLES, { error: `role must be one of ${PAGE_ROLES.join(', ')}` }).optional()
    .meta({ description: 'That of the token it is made with unless set, but never `manage`' }),
  stations: stationsSchema,
  origins: originsSchema,
  seconds: z.int().min(1).max(MAX_SECONDS).default(MAX_SECONDS).meta({ description: 'How long it counts; what was connected with it ends then' }),
});

export type SignedTokenFields = z.output<typeof signedTokenSchema>;

const claimsSchema = z.object({ sub: z.string(), exp: z.int(), iat: z.int(), role: z.enum(ROLES), stations: z.array(z.string()).nullable(), origins: z.array(z.string()).nullable() });

export class SignedTokens {
  readonly #keys: SigningKeys;
  readonly #now: () => number;

  /** @param now the current time, ms since 1970 */
  constructor(keys: SigningKeys, now: () => number) {
    this.#keys = keys;
    this.#now = now;
  }

  /**
   * @param by the token that it is made with; the new one allows no more
   * @throws ProtocolError `not-allowed`, `not-kept` when the key can't be read
   */
  async sign(by: Grant, { role: asked, seconds, ...bound }: SignedTokenFields): Promise<{ readonly token: string; readonly grant: Grant; readonly expiresAtMs: number }> {
    const role = asked ?? (includesRole(by.role, 'send') ? 'send' : 'view');
    if (!includesRole(by.role, role)) throw new ProtocolError('not-allowed', `This token has the role ${by.role}, so none with the role ${role} can be made with it.`);
    const grant: Grant = { id: by.id, isSigned: true, role, stations: within(bound.stations, by.stations), origins: within(bound.origins, by.origins) };
    const issuedAtS = Math.floor(this.#now() / 1000);
    const expiresAtS = issuedAtS + seconds;
    const [key] = await this.#keys.current();
    const { SignJWT } = await jose();
    const token = await new SignJWT({ role, stations: grant.stations, origins: grant.origins })
      .setProtectedHeader({ alg: ALGORITHM })
      .setSubject(by.id)
      .setAudience(AUDIENCE)
      .setIssuedAt(issuedAtS)
      .setExpirationTime(expiresAtS)
      .sign(key!);
    return { token, grant, expiresAtMs: expiresAtS * 1000 };
  }

  /**
   * What a token allows; undefined if it was not signed here, or is too old.
   * @throws ProtocolError `not-kept` when the keys can't be read
   */
  async verify(token: string): Promise<Grant | undefined> {
    if (!isSignedLike(token)) return undefined;
    const keys = await this.#keys.current();
    const payload = await this.#payload(token, keys) ?? await this.#payload(token, await this.#keys.others(keys));
    const claims = claimsSchema.safeParse(payload);
    if (!claims.success) return undefined;
    const { sub, exp, role, stations, origins } = claims.data;
    return { id: sub, isSigned: true, expiresAtMs: 1000 * exp, role, stations, origins };
  }

  /** Of a token that one of the keys signed and that still counts. */
  async #payload(token: string, keys: readonly KeyObject[]): Promise<object | undefined> {
    const { jwtVerify } = await jose();
    for (const key of keys) {
      try {
        return (await jwtVerify(token, key, { algorithms: [ALGORITHM], audience: AUDIENCE, maxTokenAge: MAX_SECONDS, currentDate: new Date(this.#now()) })).payload;
      } catch {
        // Wrong in whatever way: it counts as none.
      }
    }
    return undefined;
  }
}

/** Whether a text has the form of a JSON Web Token. */
export function isSignedLike(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
}

/** Loaded with the first token. */
function jose(): Promise<typeof import('jose')> {
  return import('jose');
}

/** @throws ProtocolError `not-allowed` when more is asked for than there is */
function within(asked: readonly string[] | undefined, allowed: readonly string[] | null): readonly string[] | null {
  if (asked === undefined) return allowed;
  const beyond = allowed && asked.filter((each) => !allowed.includes(each));
  if (beyond && beyond.length > 0) throw new ProtocolError('not-allowed', `This token is not for ${beyond.join(', ')}, so none for it can be made with it.`);
  return asked;
}
