/** Access: a server that other machines can reach should not let everybody manage stations. */
import type { Settings } from '../settings.js';
import { dataPlaceOf } from '../store/place.js';
import { note, ok, type Finding } from './finding.js';

const LOOPBACK = /^(127\.|localhost$|::1$)/;
const ALLOWED = { manage: 'manage stations', send: 'look, and send sound', view: 'look', none: 'sign in' } as const;

export function checkAccess({ host, access, adminToken, ...files }: Pick<Settings, 'host' | 'access' | 'adminToken' | 'database' | 'stations'>): Finding {
  const isLocal = LOOPBACK.test(host);
  const hasTokens = dataPlaceOf(files) !== undefined;
  const facts = { access, hasAdminToken: adminToken !== '', isLocal };
  const found = `${isLocal ? 'programs of this machine' : 'whoever reaches this machine'} may ${ALLOWED[access]}${access === 'manage' ? '' : adminToken !== '' ? '; the admin token allows the rest' : hasTokens ? '; API tokens allow the rest' : ''}`;
  if (access === 'manage' && !isLocal) return note(found, 'Set --access view or send, and make a token for yourself: livegenre token add, or LIVEGENRE_ADMIN_TOKEN.', facts);
  if (access !== 'manage' && adminToken === '' && !hasTokens) return note(`${found}, and nobody may manage stations`, 'Make a token with livegenre token add, which needs --database, or set LIVEGENRE_ADMIN_TOKEN.', facts);
  return ok(found, facts);
}
