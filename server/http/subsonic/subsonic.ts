/**
 * The part of the OpenSubsonic API that answers what sounds alike: its extension `sonicSimilarity`, version 1
 * (https://opensubsonic.netlify.app/docs/extensions/sonicsimilarity/), for music servers and players that have
 * another list of tracks: they name a track by its path.
 */
import { Hono, type Context } from 'hono';
import { extname } from 'node:path';
import type { Access } from '../../access/access.js';
import { mostAlike, pathBetween, similarityOf } from '../../library/alike/choose.js';
import type { AlikeLibrary, AlikeTrack, Tracks } from '../../library/alike/library.js';
import { DEFAULT_PER_ARTIST } from '../../library/alike/rules.js';
import { readableName } from '../../sources/file-names.js';
import { asJson, asXml, SubsonicError, subsonicResponse, type Value } from './response.js';

const DEFAULT_SIMILAR = 10;
const DEFAULT_PATH = 25;
const MAX_COUNT = 500;

export interface SubsonicParts {
  readonly access: Access;
  readonly library?: AlikeLibrary | undefined;
  /** The server's version. */
  readonly version: string;
}

type Body = Readonly<Record<string, Value>>;
export type Query = (name: string) => string | undefined;

export function subsonicApi({ access, library, version }: SubsonicParts): Hono {
  const app = new Hono();
  const METHODS: Readonly<Record<string, { readonly isPublic?: boolean; answer(query: Query): Body | Promise<Body> }>> = {
    ping: { answer: () => ({}) },
    getOpenSubsonicExtensions: { isPublic: true, answer: () => ({ openSubsonicExtensions: [{ name: 'apiKeyAuthentication', versions: [1] }, ...(library ? [{ name: 'sonicSimilarity', versions: [1] }] : [])] }) },
    getSonicSimilarTracks: { answer: async (query) => similarTracks(await tracksOf(library), query) },
    findSonicPath: { answer: async (query) => sonicPath(await tracksOf(library), query) },
  };
  for (const [name, { isPublic = false, answer }] of Object.entries(METHODS)) {
    for (const path of [`/rest/${name}`, `/rest/${name}.view`]) {
      app.get(path, async (context) => {
        const query: Query = (key) => context.req.query(key);
        try {
          if (!isPublic) await checkCredentials(access, query);
          return send(context, subsonicResponse(await answer(query), version));
        } catch (error) {
          if (error instanceof SubsonicError) return send(context, subsonicResponse(error, version));
          throw error;
        }
      });
    }
  }
  return app;
}

/**
 * Where everybody may look, no credentials need be sent; but what is sent must be a token, or the salted MD5 of the
 * admin token, if the server has one.
 * @throws SubsonicError
 */
async function checkCredentials(access: Access, query: Query): Promise<void> {
  const [apiKey, user, password, token, salt] = ['apiKey', 'u', 'p', 't', 's'].map(query);
  if (apiKey !== undefined) {
    if ([user, password, token, salt].some((each) => each !== undefined)) throw new SubsonicError('conflicting', 'Send either apiKey, or u with p, or u with t and s.');
    if (!(await access.visitorOf({ password: apiKey }))?.may('view')) throw new SubsonicError('wrongKey', 'This is no token of this server that may look at everything.');
    return;
  }
  if (password !== undefined && token !== undefined) throw new SubsonicError('conflicting', 'Send either p, or t and s.');
  if (token !== undefined && salt === undefined) throw new SubsonicError('missing', 'The parameter s is missing.');
  const given = token !== undefined ? { md5: token, salt: salt! } : password === undefined ? undefined : { password: plain(password) };
  if (!(await access.visitorOf(given))?.may('view')) throw new SubsonicError('wrongPassword', 'The password must be a token of this server (with t and s: the admin token). Where everybody may look it is not needed and may be left out.');
}

/** `enc:` and the hexadecimal digits of the text, or the text. */
function plain(password: string): string {
  return password.startsWith('enc:') ? Buffer.from(password.slice(4), 'hex').toString() : password;
}

async function tracksOf(library: AlikeLibrary | undefined): Promise<Tracks> {
  if (!library) throw new SubsonicError('generic', 'This server has no library. The operator can name one with --library.');
  return library.tracks();
}

function similarTracks(tracks: Tracks, query: Query): Body {
  const row = rowOf(tracks, query, 'id');
  const rows = mostAlike(tracks, { vector: tracks.matrix.row(row), keys: tracks.keys[row]! }, countOf(query, DEFAULT_SIMILAR, 0), { perArtist: DEFAULT_PER_ARTIST, allows: (other) => other !== row });
  return { sonicMatch: rows.map((other) => match(tracks, other, row)) };
}

function sonicPath(tracks: Tracks, query: Query): Body {
  const [from, to] = [rowOf(tracks, query, 'startSongId'), rowOf(tracks, query, 'endSongId')];
  const rows = pathBetween(tracks, from, to, countOf(query, DEFAULT_PATH, 1), { perArtist: DEFAULT_PER_ARTIST });
  return { sonicMatch: rows.map((row) => match(tracks, row, from)) };
}

function match(tracks: Tracks, row: number, from: number): Value {
  return { similarity: row === from ? 1 : similarityOf(tracks.matrix.cosine(row, from)), entry: child(tracks.tracks[row]!) };
}

/** A `Child`, as the API calls a song. */
function child({ id, path, title, artist, album, genre, size, durationMs }: AlikeTrack): Value {
  return {
    id: String(id), isDir: false, title, ...(album !== null && { album }), ...(artist !== null && { artist }), ...(genre !== null && { genre }),
    size, suffix: extname(path).slice(1).toLowerCase(), duration: Math.round(durationMs / 1000), path: readableName(path), isVideo: false, type: 'music',
  };
}

/** A track by its id here, or by its path as this or another server knows it. */
function rowOf({ rowOfId, rowOfPath }: Tracks, query: Query, name: string): number {
  const text = query(name);
  if (text === undefined || text === '') throw new SubsonicError('missing', `The parameter ${name} is missing.`);
  const row = (/^\d{1,15}$/.test(text) ? rowOfId(Number(text)) : undefined) ?? rowOfPath(text);
  if (row === undefined) throw new SubsonicError('notFound', `No track of the library is ${JSON.stringify(text)}: ${name} must be its id here, or its path.`);
  return row;
}

/** @param query gives a parameter of the request @returns what was asked for, at most `MAX_COUNT` */
export function countOf(query: Query, fallback: number, min: number): number {
  const text = query('count') ?? String(fallback);
  if (!/^\d{1,6}$/.test(text) || Number(text) < min) throw new SubsonicError('generic', `count must be a whole number from ${min} on.`);
  return Math.min(Number(text), MAX_COUNT);
}

function send(context: Context, response: Readonly<Record<string, Value>>): Response {
  const isJson = context.req.query('f') === 'json';
  return context.body(isJson ? asJson(response) : asXml(response), 200, { 'Content-Type': isJson ? 'application/json' : 'application/xml; charset=utf-8', 'Cache-Control': 'no-store' });
}
