/** The guard with this machine allowed, where the servers of tests listen. */
import { createGuard } from '../../server/network/guard/guard.js';

export const LOOPBACK = createGuard({ allowHosts: ['127.0.0.0/8', '::1'] });
