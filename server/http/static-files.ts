/** Serves the dashboard's files from memory; they are read once at startup. */
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
  '.bin': 'application/octet-stream',
};

/** Every path below this is the dashboard's page of a station. */
const STATION_PAGES = '/stations/';

/**
 * Reads all files of known types below a folder, by URL path. `index.html` is `/` and the dashboard's
 * other pages, `embed.html` is `/embed`. A missing folder gives no files.
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
    else files.set('/', file).set('/files', file).set('/library', file).set('/server', file).set('/stations', file).set('/tokens', file).set('/tune', file).set('/wall', file).set(STATION_PAGES, servedFile(linksOneFolderUp(body), contentType));
  }
  return files;
}

/** The file served at a path. */
export function fileAt(files: ReadonlyMap<string, ServedFile>, path: string): ServedFile | undefined {
  const isStation = path.startsWith(STATION_PAGES) && !path.slice(STATION_PAGES.length).includes('/');
  return files.get(isStation ? STATION_PAGES : path);
}

/** Prefixes the page's relative links with `../`; relative, so that they also work below a proxy's path prefix. */
function linksOneFolderUp(page: Uint8Array): Uint8Array<ArrayBuffer> {
  const html = new TextDecoder().decode(page);
  return new TextEncoder().encode(html.replace(/\b(src|href)="(?![\w+.-]*:)/g, '$1="../'));
}

/** A file with its ETag, a hash of its content. */
export function servedFile(body: Uint8Array<ArrayBuffer>, contentType: string): ServedFile {
  return { body, contentType, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
}
