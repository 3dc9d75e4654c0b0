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

/**
 * All files of known types below a folder, by URL path; `index.html` is `/`, `embed.html` is `/embed`.
 * A folder that is not there gives none.
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
    files.set(url === '/index.html' ? '/' : url.replace(/\.html$/, ''), servedFile(new Uint8Array(await readFile(path)), contentType));
  }
  return files;
}

/** Whatever has the same tag is the same. */
export function servedFile(body: Uint8Array<ArrayBuffer>, contentType: string): ServedFile {
  return { body, contentType, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
}
