/** Access: a server that other machines can reach should not let everybody manage stations. */
import type { Settings } from '../settings.js';
import { note, ok, type Finding } from './finding.js';

const LOOPBACK = /^(127\.|localhost$|::1$)/;
const ALLOWED = { manage: 'manage stations', send: 'look, and send sound', view: 'look' } as const;

export function checkAccess({ host, access, adminToken }: Pick<Settings, 'host' | 'access' | 'adminToken'>): Finding {
  const isLocal = LOOPBACK.test(host);
  const facts = { access, hasAdminToken: adminToken !== '', isLocal };
  const found = `${isLocal ? 'programs of this machine' : 'whoever reaches this machine'} may ${ALLOWED[access]}${access === 'manage' ? '' : adminToken === '' ? '' : '; the admin token allows the rest'}`;
  if (access === 'manage' && !isLocal) return note(found, 'Set --access view or send, and LIVEGENRE_ADMIN_TOKEN for yourself.', facts);
  if (access !== 'manage' && adminToken === '') return note(`${found}, and nobody may manage stations`, 'Set LIVEGENRE_ADMIN_TOKEN to manage them.', facts);
  return ok(found, facts);
}
