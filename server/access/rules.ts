/** Who may do what: every route and every socket of the server, with the role that it needs. What is not listed needs `manage`. */
import type { Role } from '../protocol/role.js';

/** What a rule is about, for tokens that are bound to stations. */
export type About =
  /** The station or stream that `:id` names: one of the token's. */
  | 'station'
  /** Several stations: the answer leaves out those that the token does not have. */
  | 'each'
  /** What the client brings itself, or what is no secret of a station: all tokens with the role. */
  | 'own'
  /** The server as a whole: only tokens that are bound to no station. */
  | 'server';

/** `open`: refused to nobody. `token`: needs an API token or the admin token, of whatever role. */
export type Rule = 'open' | 'token' | { readonly role: Role; readonly about: About };

const may = (role: Role, about: About): Rule => ({ role, about });

/** By method (`SOCKET` for an upgrade) and path. */
export const RULES: Readonly<Record<string, Rule>> = {
  'GET /healthz': 'open',
  'GET /readyz': 'open',
  // The load and the stations of a server are for its operator only.
  'GET /metrics': may('manage', 'server'),
  'GET /v1/health': may('manage', 'server'),

  'GET /v1/access': 'open',
  'GET /v1/origins': 'open',
  'GET /v1/model': may('view', 'own'),
  'POST /v1/model': may('manage', 'server'),
  'GET /v1/tokens': may('manage', 'server'),
  'POST /v1/tokens': may('manage', 'server'),
  'POST /v1/tokens/signed': 'token',
  'DELETE /v1/tokens/:id': may('manage', 'server'),

  // Plain requests to addresses of sockets: 426.
  'GET /v1/stream': 'open',
  'GET /v1/streams/:id/watch': 'open',
  'GET /v1/stations/watch': 'open',
  'SOCKET /v1/stream': may('send', 'own'),
  'SOCKET /v1/streams/:id/watch': may('view', 'station'),
  'SOCKET /v1/stations/watch': may('view', 'each'),

  'GET /v1/streams': may('view', 'each'),
  'GET /v1/streams/:id': may('view', 'station'),
  'GET /v1/stations': may('view', 'each'),
  'POST /v1/stations': may('manage', 'server'),
  'GET /v1/stations/:id': may('view', 'station'),
  'PATCH /v1/stations/:id': may('manage', 'station'),
  'DELETE /v1/stations/:id': may('manage', 'station'),
  'GET /v1/stations/:id/history': may('view', 'station'),
  'GET /v1/stations/:id/history.csv': may('view', 'station'),
  'GET /v1/stations/:id/poster.svg': may('view', 'station'),
  'GET /v1/stations/:id/profile': may('view', 'station'),
  'GET /v1/profiles': may('view', 'each'),
  // So that a public server doesn't rebroadcast radio.
  'GET /v1/stations/:id/audio': may('send', 'station'),
  'GET /v1/stations/:id/relay': may('send', 'station'),
  'GET /v1/tune/:name': may('send', 'each'),
  'GET /v1/alerts': may('view', 'each'),

  'POST /v1/classify': may('send', 'own'),
  'GET /v1/classify/:id/events': may('send', 'own'),
  'POST /v1/explain': may('send', 'own'),

  'GET /v1/library': may('view', 'server'),
  'GET /v1/library/map': may('view', 'server'),
  'GET /v1/library/found': may('view', 'server'),
  'GET /v1/tracks': may('view', 'server'),
  'GET /v1/tracks/:id': may('view', 'server'),
  'GET /v1/tracks/:id/similar': may('view', 'server'),
  'GET /v1/tracks/:id/audio': may('send', 'server'),

  // OpenSubsonic has credentials and errors of its own: its handlers ask `Access` themselves.
  ...Object.fromEntries(['ping', 'getOpenSubsonicExtensions', 'getSonicSimilarTracks', 'findSonicPath'].flatMap((name) => [
    [`GET /rest/${name}`, 'open'],
    [`GET /rest/${name}.view`, 'open'],
  ])),
};

const MATCHERS = Object.entries(RULES).map(([key, rule]) => {
  const [method, path] = key.split(' ') as [string, string];
  return { method, at: new RegExp(`^${path.replaceAll('.', '\\.').replace(/:\w+/, '([^/]+)')}$`), rule };
});
const API = /^\/(v1|rest|metrics)(\/|$)/;

/**
 * @param method as in the table; HEAD counts as GET
 * @returns the rule and, where it is about one station, its id. Pages, and paths where nothing is, are open
 */
export function ruleAt(method: string, path: string): { readonly rule: Rule; readonly station?: string } {
  const asked = method === 'HEAD' ? 'GET' : method;
  // OPTIONS only says which methods there are.
  if (asked === 'OPTIONS') return { rule: 'open' };
  for (const { method: each, at, rule } of MATCHERS) {
    const found = each === asked ? at.exec(path) : null;
    if (found) return { rule, ...(typeof rule === 'object' && rule.about === 'station' && { station: idIn(found[1]!) }) };
  }
  return { rule: API.test(path) ? may('manage', 'server') : 'open' };
}

function idIn(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
