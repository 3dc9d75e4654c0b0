/** Who makes a request: what everybody may do, and what the token allows that came with it. */
import { includesRole, ROLES, type Role } from '../protocol/role.js';

/** What a token allows. */
export interface Grant {
  readonly role: Role;
  /** Ids of the stations and streams that it is bound to; null if to none. */
  readonly stations: readonly string[] | null;
  /** Origins of the pages that may use it; null if all may. */
  readonly origins: readonly string[] | null;
}

export class Visitor {
  readonly #everybody: Role;
  /** Undefined without a token that counts. */
  readonly grant: Grant | undefined;

  constructor(everybody: Role, grant?: Grant) {
    this.#everybody = everybody;
    this.grant = grant;
  }

  /** The highest role, of whatever stations. */
  get role(): Role {
    return ROLES.findLast((role) => this.has(role)) ?? 'view';
  }

  /** Whether the role is there, for all stations or for some. */
  has(role: Role): boolean {
    return includesRole(this.#everybody, role) || (this.grant !== undefined && includesRole(this.grant.role, role));
  }

  /**
   * Whether the role is there for this station or stream; without one, for the whole server. A token never takes
   * away what everybody may do.
   */
  may(role: Role, station?: string): boolean {
    if (includesRole(this.#everybody, role)) return true;
    if (this.grant === undefined || !includesRole(this.grant.role, role)) return false;
    const { stations } = this.grant;
    return stations === null || (station !== undefined && stations.includes(station));
  }
}
