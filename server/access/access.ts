/**
 * What a request may do: everybody what the setting `access` allows, those with the admin token
 * everything. Looking is always allowed; who must not even look is kept out in front of the server.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { ProtocolError } from '../protocol/errors.js';
import type { Settings } from '../settings.js';

/** Each includes those before it. */
const PERMISSIONS = ['view', 'send', 'manage'] as const;
export type Permission = (typeof PERMISSIONS)[number];

const WHAT: Readonly<Record<Permission, string>> = { view: 'look', send: 'send sound', manage: 'manage stations' };

export class Access {
  readonly #everybody: Permission;
  readonly #token: Buffer | undefined;

  constructor({ access, adminToken }: Pick<Settings, 'access' | 'adminToken'>) {
    this.#everybody = access;
    if (adminToken !== '') this.#token = digest(adminToken);
  }

  /** @param authorization the header of that name */
  of(authorization: string | undefined): Permission {
    return this.#isToken(authorization) ? 'manage' : this.#everybody;
  }

  /** @throws ProtocolError `no-token` when that is not allowed */
  check(needed: Permission, authorization: string | undefined): void {
    if (PERMISSIONS.indexOf(this.of(authorization)) >= PERMISSIONS.indexOf(needed)) return;
    const how = this.#token ? 'Send the admin token as "Authorization: Bearer TOKEN".' : 'The operator can set a token for it with --admin-token.';
    throw new ProtocolError('no-token', `Only those with the admin token may ${WHAT[needed]}${authorization === undefined ? '' : ', and this was not it'}. ${how}`);
  }

  #isToken(authorization: string | undefined): boolean {
    const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    // Digests are of one length, and comparing them takes the same time whatever was given.
    return this.#token !== undefined && given !== undefined && timingSafeEqual(digest(given), this.#token);
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
