/**
 * Permission of a request: with the admin token everything, without it what the setting `access`
 * allows. Viewing is always allowed; to restrict it, put a proxy in front of the server.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { ProtocolError } from '../protocol/errors.js';
import type { Settings } from '../settings.js';

/** Each permission includes those before it. */
const PERMISSIONS = ['view', 'send', 'manage'] as const;
export type Permission = (typeof PERMISSIONS)[number];

const ACTIONS: Readonly<Record<Permission, string>> = { view: 'view', send: 'send sound', manage: 'manage stations' };

export class Access {
  readonly #public: Permission;
  readonly #token: Buffer | undefined;
  readonly #plainToken: string;

  constructor({ access, adminToken }: Pick<Settings, 'access' | 'adminToken'>) {
    this.#public = access;
    this.#plainToken = adminToken;
    if (adminToken !== '') this.#token = digest(adminToken);
  }

  /** @param authorization the Authorization header */
  permissionOf(authorization: string | undefined): Permission {
    return this.#isToken(authorization) ? 'manage' : this.#public;
  }

  /** @throws ProtocolError `no-token` when the permission is missing */
  check(needed: Permission, authorization: string | undefined): void {
    if (PERMISSIONS.indexOf(this.permissionOf(authorization)) >= PERMISSIONS.indexOf(needed)) return;
    const hint = this.#token ? 'Send the admin token as "Authorization: Bearer TOKEN".' : 'The operator can set a token with --admin-token.';
    throw new ProtocolError('no-token', `The admin token is needed to ${ACTIONS[needed]}${authorization === undefined ? '' : ', and the one sent is wrong'}. ${hint}`);
  }

  /**
   * Whether credentials of another protocol are right: the admin token as a password, or its MD5 with a salt, in
   * lower-case hex. Any are, where there is no token.
   */
  accepts(given: { readonly password: string } | { readonly md5: string; readonly salt: string }): boolean {
    if (this.#token === undefined) return true;
    if ('password' in given) return timingSafeEqual(digest(given.password), this.#token);
    return timingSafeEqual(digest(given.md5.toLowerCase()), digest(createHash('md5').update(this.#plainToken + given.salt).digest('hex')));
  }

  #isToken(authorization: string | undefined): boolean {
    const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    // Digests have equal lengths, so the comparison takes constant time.
    return this.#token !== undefined && given !== undefined && timingSafeEqual(digest(given), this.#token);
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
