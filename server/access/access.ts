/**
 * Decides about every request and every upgrade: who asks, whether a page of this origin may, and whether
 * the role that `rules.ts` names is there.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { commaList } from '../comma-list.js';
import { ProtocolError } from '../protocol/errors.js';
import type { Role } from '../protocol/role.js';
import type { Settings } from '../settings.js';
import { SUBPROTOCOL_OF_TOKENS } from '../protocol/version.js';
import type { ApiTokens } from './api-tokens.js';
import { sha256 } from './new-token.js';
import { isListed, isOwnPage } from './origins.js';
import { ruleAt } from './rules.js';
import { isSignedLike, type SignedTokens } from './signed-tokens.js';
import { Visitor, type Grant } from './visitor.js';

const ACTIONS: Readonly<Record<Role, string>> = { view: 'look at this', send: 'send sound or to listen', manage: 'manage this' };
const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];
/** Id of the admin token. */
export const ADMIN_ID = 'admin';
const ADMIN: Grant = { id: ADMIN_ID, role: 'manage', stations: null, origins: null };

export interface AccessRequest {
  /** An HTTP method, or SOCKET for an upgrade. */
  readonly method: string;
  readonly path: string;
  /** Value of a header, whose name is in lower case. */
  header(name: string): string | undefined;
  /** What came after the upgrade, in `start`. */
  readonly token?: string | undefined;
  /** The request itself: its token is looked up once. */
  readonly incoming?: IncomingMessage | undefined;
}

export interface Tokens {
  readonly api: Pick<ApiTokens, 'find' | 'get'>;
  readonly signed: Pick<SignedTokens, 'verify'>;
}

export class Access {
  readonly #settings: Pick<Settings, 'access' | 'adminToken' | 'allowedOrigins'>;
  readonly #tokens: Tokens;
  readonly #admin: Buffer | undefined;
  readonly #found = new WeakMap<IncomingMessage, Promise<Grant | undefined>>();

  constructor(settings: Pick<Settings, 'access' | 'adminToken' | 'allowedOrigins'>, tokens: Tokens) {
    this.#settings = settings;
    this.#tokens = tokens;
    if (settings.adminToken !== '') this.#admin = sha256(settings.adminToken);
  }

  /**
   * @returns who asks
   * @throws ProtocolError `no-token` or `not-allowed` when it is refused, `not-kept` when tokens can't be read
   */
  async decide(request: AccessRequest): Promise<Visitor> {
    const sent = request.token ?? sentToken(request);
    const grant = await (request.token === undefined ? this.identify(request) : this.#grantOf(sent));
    this.#checkOrigin(request, grant);
    const visitor = new Visitor(this.#settings.access, grant);
    const { rule, station } = ruleAt(request.method, request.path);
    if (rule === 'open') return visitor;
    const how = 'Send it as "Authorization: Bearer TOKEN"; the operator makes one with "livegenre token add".';
    if (rule === 'token') {
      if (grant && !grant.isSigned) return visitor;
      throw new ProtocolError('no-token', `This needs an API token${grant ? ', not one that was made with it' : ''}. ${how}`);
    }
    const { role, about } = rule;
    if (about === 'own' || about === 'each' ? visitor.has(role) : visitor.may(role, station)) return visitor;
    if (visitor.has(role)) throw new ProtocolError('not-allowed', `This token is for ${grant!.stations!.join(', ')} only.`);
    const why = grant ? `, and the one sent has the role ${grant.role}` : sent === undefined ? '' : ', and the one sent is wrong or too old';
    throw new ProtocolError('no-token', `A token with the role ${role} is needed to ${ACTIONS[role]}${why}. ${how}`);
  }

  /**
   * What the token allows that a request came with; undefined without one that counts.
   * @throws ProtocolError `not-kept` when tokens can't be read
   */
  identify(request: Pick<AccessRequest, 'header' | 'incoming'>): Promise<Grant | undefined> {
    const { incoming } = request;
    const found = incoming && this.#found.get(incoming);
    if (found) return found;
    const grant = this.#grantOf(sentToken(request));
    if (incoming) this.#found.set(incoming, grant);
    return grant;
  }

  /** The token without which a visitor would be refused this; undefined if everybody may do it. */
  neededFor({ method, path }: Pick<AccessRequest, 'method' | 'path'>, visitor: Visitor): Grant | undefined {
    const { rule } = ruleAt(method, path);
    return typeof rule === 'object' ? visitor.neededFor(rule.role) : undefined;
  }

  /** Whether the token with this id is still there. @throws ProtocolError `not-kept` when tokens can't be read */
  async isKept(id: string): Promise<boolean> {
    return id === ADMIN_ID ? this.#admin !== undefined : await this.#tokens.api.get(id) !== undefined;
  }

  /** Whether the request came with something that should be a token. */
  hasToken(request: Pick<AccessRequest, 'header'>): boolean {
    return sentToken(request) !== undefined;
  }

  /**
   * Who has these credentials of another protocol: a token as a password, or the MD5 of the admin token with a salt,
   * in lower-case hex. Undefined if they are wrong; where there is no admin token, wrong ones count as none.
   */
  async visitorOf(given: { readonly password: string } | { readonly md5: string; readonly salt: string } | undefined): Promise<Visitor | undefined> {
    const grant = given === undefined ? undefined : 'password' in given ? await this.#grantOf(given.password) : this.#grantOfMd5(given);
    return grant === undefined && given !== undefined && this.#admin ? undefined : new Visitor(this.#settings.access, grant);
  }

  /** Browsers send the Origin with upgrades and with requests across sites. Any site could use its visitors' access else. */
  #checkOrigin({ method, header }: AccessRequest, grant: Grant | undefined): void {
    const origin = header('origin');
    if (origin === undefined || isOwnPage(origin, header('host'))) return;
    if (method !== 'SOCKET' && !SAFE_METHODS.includes(method)) throw new ProtocolError('not-allowed', `Pages of ${origin} have read access at most; only this server's own pages may change anything.`);
    const isBound = grant !== undefined && grant.origins !== null;
    if (isBound && !grant.origins!.includes(origin)) throw new ProtocolError('not-allowed', `This token is not for pages of ${origin}.`);
    if (method === 'SOCKET' && !isBound && !isListed(origin, this.#settings)) throw new ProtocolError('not-allowed', `Pages of ${origin} may not connect. The operator can allow them with --allowed-origins.`);
  }

  /** What a token allows; undefined if there is no such token. */
  async #grantOf(token: string | undefined): Promise<Grant | undefined> {
    if (token === undefined) return undefined;
    // Digests have equal lengths, so the comparison takes constant time.
    if (this.#admin && timingSafeEqual(sha256(token), this.#admin)) return ADMIN;
    const found = await this.#tokens.api.find(token);
    if (found) return found;
    const signed = await this.#tokens.signed.verify(token);
    // One that was revoked takes those along that were made with it.
    return signed && await this.isKept(signed.id) ? signed : undefined;
  }

  #grantOfMd5({ md5, salt }: { readonly md5: string; readonly salt: string }): Grant | undefined {
    const right = createHash('md5').update(this.#settings.adminToken + salt).digest('hex');
    return this.#admin && timingSafeEqual(sha256(md5.toLowerCase()), sha256(right)) ? ADMIN : undefined;
  }
}

/** The token of an Authorization header (RFC 6750); undefined if it is of another kind. */
function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
}

/** Of the Authorization header, or of the subprotocol: browsers can't set headers of an upgrade. Empty if it is none. */
function sentToken({ header }: Pick<AccessRequest, 'header'>): string | undefined {
  const authorization = header('authorization');
  const bearer = bearerToken(authorization);
  if (bearer !== undefined) return bearer;
  const token = commaList(header('sec-websocket-protocol') ?? '').find((each) => each.startsWith(SUBPROTOCOL_OF_TOKENS))?.slice(SUBPROTOCOL_OF_TOKENS.length);
  // Only signed ones: what lasts does not belong into a header that proxies may log.
  if (token !== undefined) return isSignedLike(token) ? token : '';
  return authorization === undefined ? undefined : '';
}
