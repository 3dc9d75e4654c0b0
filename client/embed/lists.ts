/** What this server has to show: its stations, then whatever else is streaming. */
import type { StationGlance, StreamInfo } from '../../server/protocol/messages.js';

export interface Showable {
  readonly id: string;
  readonly name: string;
  /** A client's stream has its id only as long as it runs. */
  readonly isPassing: boolean;
}

type Get = (path: string) => Promise<Pick<Response, 'ok' | 'json'>>;

/** @throws Error where the server can't be reached */
export async function fetchShowables(get: Get = (path) => fetch(path, { cache: 'no-store' })): Promise<readonly Showable[]> {
  const [stations, streams] = await Promise.all([rows<StationGlance>('stations', get), rows<StreamInfo>('streams', get)]);
  const known = new Set(stations.map(({ id }) => id));
  return [
    ...stations.map(({ id, name }) => ({ id, name, isPassing: false })),
    ...streams.filter(({ id }) => !known.has(id)).map(({ id, name, source }) => ({ id, name, isPassing: source === 'client' })),
  ];
}

/** None where the server has no such list. */
async function rows<Row>(name: 'stations' | 'streams', get: Get): Promise<readonly Row[]> {
  const response = await get(`v1/${name}`);
  return response.ok ? (await response.json() as Record<string, Row[]>)[name] ?? [] : [];
}

/** @throws Error where the server can't be reached */
export async function fetchAllowedOrigins(get: Get = (path) => fetch(path, { cache: 'no-store' })): Promise<readonly string[]> {
  const response = await get('v1/origins');
  if (!response.ok) throw new Error('The server does not say which origins it allows.');
  return (await response.json() as { allowedOrigins: string[] }).allowedOrigins;
}
