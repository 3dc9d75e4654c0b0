/** The dashboard's files, read once into memory: what can be asked for is what was there at the start. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

export interface ServedFile {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  readonly etag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** Below it each address is a place of the dashboard: a station. */
const STATION_PLACES = '/stations/';

/**
 * All files of known types below a folder, by URL path; `index.html` is `/` and the dashboard's other
 * places, `embed.html` is `/embed`. A folder that is not there gives none.
 */
export async function readFiles(folder: string): Promise<ReadonlyMap<string, ServedFile>> {
  const files = new Map<string, ServedFile>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []; // not built: the API works without a dashboard
    throw error;
  });
  for (const entry of entries) {
    const contentType = TYPES[extname(entry.name)];
    if (!entry.isFile() || contentType === undefined) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const url = `/${relative(folder, path).split(sep).join('/')}`;
    const body = new Uint8Array(await readFile(path));
    const file = servedFile(body, contentType);
    if (url !== '/index.html') files.set(url.replace(/\.html$/, ''), file);
    else files.set('/', file).set('/stations', file).set(STATION_PLACES, servedFile(oneFolderDeeper(body), contentType));
  }
  return files;
}

/** What a path is answered with. */
export function fileAt(files: ReadonlyMap<string, ServedFile>, path: string): ServedFile | undefined {
  const isStation = path.startsWith(STATION_PLACES) && !path.slice(STATION_PLACES.length).includes('/');
  return files.get(isStation ? STATION_PLACES : path);
}

/** What a page asks for is one folder up; relative, so that it works below a proxy's prefix too. */
function oneFolderDeeper(page: Uint8Array): Uint8Array<ArrayBuffer> {
  const html = new TextDecoder().decode(page);
  return new TextEncoder().encode(html.replace(/\b(src|href)="(?![\w+.-]*:)/g, '$1="../'));
}

/** Whatever has the same tag is the same. */
export function servedFile(body: Uint8Array<ArrayBuffer>, contentType: string): ServedFile {
  return { body, contentType, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
}
