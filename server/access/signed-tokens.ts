/**
 * Short-lived tokens for pages and widgets, which can't keep a secret: a JSON Web Token (RFC 7519) with a role, signed with
 * HS256 and a key that lasts as long as the process. It names the token it was made with, and ends with it.
 */
import { createSecretKey, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { includesRole, ROLES } from '../protocol/role.js';
import { ProtocolError } from '../protocol/errors.js';
import { originsSchema, stationsSchema } from './new-token.js';
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
  readonly #key = createSecretKey(randomBytes(32));
  readonly #now: () => number;

  /** @param now the current time, ms since 1970 */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * @param by the token that it is made with; the new one allows no more
   * @throws ProtocolError `not-allowed`
   */
  async sign(by: Grant, { role: asked, seconds, ...bound }: SignedTokenFields): Promise<{ readonly token: string; readonly grant: Grant; readonly expiresAtMs: number }> {
    const role = asked ?? (includesRole(by.role, 'send') ? 'send' : 'view');
    if (!includesRole(by.role, role)) throw new ProtocolError('not-allowed', `This token has the role ${by.role}, so none with the role ${role} can be made with it.`);
    const grant: Grant = { id: by.id, isSigned: true, role, stations: within(bound.stations, by.stations), origins: within(bound.origins, by.origins) };
    const issuedAtS = Math.floor(this.#now() / 1000);
    const expiresAtS = issuedAtS + seconds;
    const { SignJWT } = await jose();
    const token = await new SignJWT({ role, stations: grant.stations, origins: grant.origins })
      .setProtectedHeader({ alg: ALGORITHM })
      .setSubject(by.id)
      .setAudience(AUDIENCE)
      .setIssuedAt(issuedAtS)
      .setExpirationTime(expiresAtS)
      .sign(this.#key);
    return { token, grant, expiresAtMs: expiresAtS * 1000 };
  }

  /** What a token allows; undefined if it is not one of this process, or is too old. */
  async verify(token: string): Promise<Grant | undefined> {
    if (!isSignedLike(token)) return undefined;
    const { jwtVerify } = await jose();
    try {
      const { payload } = await jwtVerify(token, this.#key, { algorithms: [ALGORITHM], audience: AUDIENCE, maxTokenAge: MAX_SECONDS, currentDate: new Date(this.#now()) });
      const { sub, exp, role, stations, origins } = claimsSchema.parse(payload);
      return { id: sub, isSigned: true, expiresAtMs: 1000 * exp, role, stations, origins };
    } catch {
      // Wrong in whatever way: it counts as none.
      return undefined;
    }
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
