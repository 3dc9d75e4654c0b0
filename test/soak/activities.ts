/** What clients of a server do all day, in small pieces: each is done once, with luck choosing its course, and leaves nothing open. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Random } from '../../models/random.js';
import { connect, START, type Client } from '../server/rig.js';
import { noise } from '../server/sound.js';
import type { EventName } from './ordinary-server.js';

export interface Workplace {
  readonly port: number;
  readonly random: Random;
  /** A new address for a station. */
  readonly stationAddress: () => string;
  /** A new address for webhooks. */
  readonly hookAddress: () => string;
  /** How many stations there are at most. */
  readonly mostStations: number;
  /** One that the model has. */
  readonly genre: string;
  /** Ids, oldest first. */
  readonly stations: string[];
  /** Files to send: sound, and what is none. */
  readonly files: readonly Uint8Array[];
  readonly count: (event: EventName) => void;
}

/** @throws Error when the server does not do as it should */
export type Activity = (place: Workplace) => Promise<void>;

const SOUND = noise(20_000);
const FLOATS = new Uint8Array(Float32Array.from(new Int16Array(SOUND.buffer), (sample) => sample / 32768).buffer);
/** With about a second of sound in each. */
const FORMATS = [
  { format: {}, sound: SOUND }, { format: {}, sound: SOUND }, { format: {}, sound: SOUND },
  { format: { sampleRate: 48_000, channels: 2 }, sound: Buffer.concat([SOUND, SOUND, SOUND, SOUND]) },
  { format: { encoding: 'f32le', sampleRate: 16_000 }, sound: FLOATS },
] as const;
/** A reader that is slow for this long. */
const FROZEN_MS = 500;
const LISTENED_BYTES = 60_000;

const chance = ({ random }: Workplace, p: number): boolean => random.next() < p;
const pick = <T>({ random }: Workplace, all: readonly T[]): T => all[random.below(all.length)]!;

/** How often each is done, in relation to the others. */
export const ACTIVITIES: Readonly<Record<string, { readonly weight: number; readonly run: Activity }>> = {
  'a stream': { weight: 30, run: streamed },
  'a viewer of stations': { weight: 12, run: viewed },
  requests: { weight: 60, run: requested },
  'a station': { weight: 1, run: stationChanged },
  'a token': { weight: 2, run: tokenUsed },
  'a file': { weight: 1.5, run: fileSent },
  'a listener': { weight: 1, run: listened },
  'a trial': { weight: 0.1, run: tried },
};

async function streamed(place: Workplace): Promise<void> {
  const client = await connect(place);
  const { format, sound } = pick(place, FORMATS);
  client.tell({ ...START, ...format, name: `Stream ${place.random.below(1e9)}`, spectrogram: chance(place, 0.3), tags: place.random.below(3) });
  const { streamId, resumeToken } = await client.ready();
  place.count('streams');
  const viewer = chance(place, 0.4) ? await watch(place, `/v1/streams/${streamId}/watch${chance(place, 0.5) ? '?spectrogram=1' : ''}`) : undefined;
  for (let pieces = place.random.below(5); pieces > 0; pieces--) client.play(sound);
  const course = place.random.next();
  if (course < 0.6) await stop(client);
  else if (course < 0.64) client.ws.terminate(); // the server waits for it in vain
  else if (course < 0.85) {
    client.ws.terminate();
    const again = await connect(place);
    again.tell({ ...START, ...format, resume: resumeToken });
    await again.ready();
    place.count('resumed');
    again.play(sound);
    await stop(again);
  } else if (course < 0.92) await client.closed(); // by the server, since it sends nothing
  else {
    client.tell(pick(place, ['not JSON', '{"type":"start"}', '{"type":"nonsense"}']));
    await client.closed();
  }
  viewer?.ws.terminate();
}

async function stop(client: Client): Promise<void> {
  client.tell({ type: 'stop' });
  await client.summary();
  await client.closed();
}

async function watch(place: Workplace, path: string): Promise<Client> {
  const viewer = await connect(place, path).catch((error: unknown) => {
    throw new Error(`GET ${path.replace(/\?.*/, '').replace(/\/streams\/\w+/, '/streams/ID')}: ${/\d{3}$/.exec(String(error))?.[0] ?? String(error)}`);
  });
  place.count('viewers');
  return viewer;
}

async function viewed(place: Workplace): Promise<void> {
  const viewer = await watch(place, '/v1/stations/watch');
  if (chance(place, 0.3)) {
    viewer.ws.pause();
    await sleep(FROZEN_MS);
  } else await viewer.heard(({ type }) => type === 'stations');
  if (chance(place, 0.5)) viewer.ws.terminate();
  else {
    viewer.ws.resume();
    viewer.ws.close();
    await viewer.closed();
  }
}

async function requested(place: Workplace): Promise<void> {
  const id = pick(place, [...place.stations, 'nobody']);
  const paths = [
    '/healthz', '/readyz', '/metrics', '/v1/model', '/v1/access', '/v1/streams', '/v1/stations', `/v1/stations?playing=${place.genre}`, '/v1/profiles', '/v1/alerts', '/openapi.json', '/', '/nonsense',
    ...['', '/history', '/history?bucket=hour', '/history.csv?table=segments', '/profile'].map((rest) => `/v1/stations/${id}${rest}`),
  ];
  for (let requests = 1 + place.random.below(6); requests > 0; requests--) {
    const response = await ask(place, pick(place, paths));
    await response.arrayBuffer();
  }
}

async function stationChanged(place: Workplace): Promise<void> {
  const { random, stations, mostStations } = place;
  if (stations.length < mostStations || chance(place, 0.3)) {
    const added = await ask(place, '/v1/stations', json('POST', {
      name: `Station ${random.below(1e9)}`,
      url: place.stationAddress(),
      rules: [{ type: 'dead-air', forS: 1, endAfterS: 0 }, { type: 'down', forS: 1 }, { type: 'genre-changed', forS: 1 }, { type: 'drift', expect: [place.genre], windowS: 10, minShare: 0.5 }],
      webhooks: [place.hookAddress()],
    }), 201);
    stations.push((await added.json() as { id: string }).id);
    place.count('stations');
    if (stations.length <= mostStations) return;
    await ask(place, `/v1/stations/${stations.shift()!}`, { method: 'DELETE' }, 204);
    return place.count('stations');
  }
  // At random not the oldest, which may be removed meanwhile.
  const id = stations[1 + random.below(stations.length - 1)]!;
  const response = await ask(place, `/v1/stations/${id}`, json('PATCH', pick(place, [
    { name: `Renamed ${random.below(1e9)}` }, { url: place.stationAddress() }, { enabled: false }, { enabled: true }, { enabled: true }, { webhooks: [place.hookAddress()] }, { rules: [{ type: 'dead-air', forS: 1 }] },
  ])));
  await response.arrayBuffer();
  place.count('stations');
}

async function tokenUsed(place: Workplace): Promise<void> {
  const role = pick(place, ['view', 'send', 'manage']);
  const { id, token } = await (await ask(place, '/v1/tokens', json('POST', { name: `Token ${place.random.below(1e9)}`, role, ...(chance(place, 0.3) && { stations: ['radio'] }) }), 201)).json() as { id: string; token: string };
  place.count('tokens');
  const authorization = `Bearer ${token}`;
  for (let uses = place.random.below(4); uses > 0; uses--) await (await ask(place, '/v1/stations', { headers: { authorization } })).arrayBuffer();
  const { token: signed } = await (await ask(place, '/v1/tokens/signed', json('POST', { seconds: 60 }, { authorization }), 201)).json() as { token: string };
  await withSignedToken(place, signed);
  await ask(place, `/v1/tokens/${id}`, { method: 'DELETE' }, 204);
  place.count('tokens');
  await (await ask(place, '/v1/stations', { headers: { authorization } })).arrayBuffer();
}

/** A page's connection, which is refused where the token is bound to something else. */
function withSignedToken({ port }: Workplace, token: string): Promise<void> {
  const viewer = new WebSocket(`ws://127.0.0.1:${port}/v1/stations/watch`, ['livegenre.v1', `livegenre.token.${token}`]);
  viewer.on('error', () => {}); // its close follows
  viewer.once('message', () => viewer.close());
  return new Promise((resolve) => viewer.once('close', () => resolve()));
}

async function fileSent(place: Workplace): Promise<void> {
  const bytes = pick(place, place.files);
  place.count('files');
  if (chance(place, 0.2)) return brokenOff((signal) => ask(place, '/v1/classify', { method: 'POST', body: halfOf(bytes, signal), duplex: 'half', signal } as RequestInit));
  const response = await ask(place, `/v1/classify?name=file-${place.random.below(1e9)}`, { method: 'POST', body: bytes as Uint8Array<ArrayBuffer>, ...(chance(place, 0.5) && { headers: { accept: 'text/event-stream' } }) });
  await response.arrayBuffer();
}

/** Half of a file, then nothing. */
function halfOf(bytes: Uint8Array, signal: AbortSignal): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      controller.enqueue(bytes.subarray(0, bytes.length / 2));
      await once(signal, 'abort');
    },
  });
}

/** The sound of a station, or of whatever plays a genre, for a while. */
async function listened(place: Workplace): Promise<void> {
  const id = pick(place, [...place.stations, 'nobody']);
  await brokenOff(async (signal) => {
    const { body } = await ask(place, pick(place, [`/v1/stations/${id}/audio`, `/v1/stations/${id}/relay`, `/v1/tune/${place.genre}.mp3`]), { signal });
    let bytes = 0;
    for await (const part of body as AsyncIterable<Uint8Array>) {
      bytes += part.length;
      if (bytes > LISTENED_BYTES) break;
    }
  });
  place.count('listeners');
}

async function tried(place: Workplace): Promise<void> {
  const response = await ask(place, '/v1/stations?test=1&seconds=1', json('POST', { name: 'Trial', url: place.stationAddress() }));
  await response.arrayBuffer();
}

/** A request that the client gives up after a while. */
async function brokenOff(request: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  const signal = AbortSignal.timeout(2000);
  try {
    await request(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function json(method: string, body: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } };
}

/**
 * A refusal is an answer; a fault of the server is none.
 * @param wanted the only status that will do, if there is one
 */
async function ask(place: Workplace, path: string, init: RequestInit = {}, wanted?: number): Promise<Response> {
  const response = await fetch(`http://127.0.0.1:${place.port}${path}`, init);
  place.count('requests');
  const isWanted = wanted === undefined ? response.status < 500 || response.status === 503 : response.status === wanted;
  if (!isWanted) throw new Error(`${init.method ?? 'GET'} ${path.replace(/\d{3,}/g, 'N')}: ${response.status} ${(await response.text()).slice(0, 200)}`);
  return response;
}
