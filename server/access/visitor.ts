/** Who makes a request: what everybody may do, and what the token allows that came with it. */
import { includesRole, ROLES, type Role } from '../protocol/role.js';

/** What a token allows. */
export interface Grant {
  /** Of the API token, or `admin`. */
  readonly id: string;
  /** A short-lived token, made with that one. */
  readonly isSigned?: boolean;
  /** End of a short-lived token, ms since 1970. */
  readonly expiresAtMs?: number;
  readonly role: Role;
  /** Ids of the stations and streams that it is bound to; null if to none. */
  readonly stations: readonly string[] | null;
  /** Origins of the pages that may use it; null if all may. */
  readonly origins: readonly string[] | null;
}

export class Visitor {
  /** Undefined if everybody may do nothing. */
  readonly #everybody: Role | undefined;
  /** Undefined without a token that counts. */
  readonly grant: Grant | undefined;

  constructor(everybody: Role | 'none', grant?: Grant) {
    this.#everybody = everybody === 'none' ? undefined : everybody;
    this.grant = grant;
  }

  /** The highest role, of whatever stations. */
  get role(): Role | 'none' {
    return ROLES.findLast((role) => this.has(role)) ?? 'none';
  }

  /** Whether the role is there, for all stations or for some. */
  has(role: Role): boolean {
    return this.#everybodyMay(role) || (this.grant !== undefined && includesRole(this.grant.role, role));
  }

  /**
   * Whether the role is there for this station or stream; without one, for the whole server. A token never takes
   * away what everybody may do.
   */
  may(role: Role, station?: string): boolean {
    if (this.#everybodyMay(role)) return true;
    if (this.grant === undefined || !includesRole(this.grant.role, role)) return false;
    const { stations } = this.grant;
    return stations === null || (station !== undefined && stations.includes(station));
  }

  /** The token without which this would be refused; undefined if everybody may do it. */
  neededFor(role: Role): Grant | undefined {
    return this.#everybodyMay(role) ? undefined : this.grant;
  }

  #everybodyMay(role: Role): boolean {
    return this.#everybody !== undefined && includesRole(this.#everybody, role);
  }
}
