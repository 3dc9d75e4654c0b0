/** What a widget can show: the server's stations and streams, and the origins it allows. */
import type { StationGlance, StreamInfo } from '../../server/protocol/messages.js';

export interface EmbedSource {
  readonly id: string;
  readonly name: string;
  /** True if the id is valid only while the stream runs (streams of clients). */
  readonly isTemporary: boolean;
}

type Get = (path: string) => Promise<Pick<Response, 'ok' | 'json'>>;

/** Stations first, then the other streams. @throws Error if the server can't be reached */
export async function fetchSources(get: Get): Promise<readonly EmbedSource[]> {
  const [stations, streams] = await Promise.all([rows<StationGlance>('stations', get), rows<StreamInfo>('streams', get)]);
  const stationIds = new Set(stations.map(({ id }) => id));
  return [
    ...stations.map(({ id, name }) => ({ id, name, isTemporary: false })),
    ...streams.filter(({ id }) => !stationIds.has(id)).map(({ id, name, source }) => ({ id, name, isTemporary: source === 'client' })),
  ];
}

/** Empty if the server has no such list. */
async function rows<Row>(name: 'stations' | 'streams', get: Get): Promise<readonly Row[]> {
  const response = await get(`v1/${name}`);
  return response.ok ? (await response.json() as Record<string, Row[]>)[name] ?? [] : [];
}

/** @throws Error if the server can't be reached or answers with an error */
export async function fetchAllowedOrigins(get: Get): Promise<readonly string[]> {
  const response = await get('v1/origins');
  if (!response.ok) throw new Error('The server did not return the list of allowed origins.');
  return (await response.json() as { allowedOrigins: string[] }).allowedOrigins;
}
