/** A third-party site on its own origin: answers with the files of a folder, if it has one, and every other path with the same page. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.bin': 'application/octet-stream', '.webmanifest': 'application/manifest+json' };

const ISOLATION = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

export class Site {
  html = '';
  /** Content security policy of the page. */
  policy: string | undefined;
  /** Content security policy of the folder's files. */
  filePolicy: string | undefined;
  /** A folder's page is its index.html, as on most hosts. */
  hasIndex = false;
  /** Pages are cross-origin isolated. */
  isIsolated = false;
  /** Paths asked for so far. */
  readonly requests: string[] = [];
  readonly #http: Server;

  private constructor(http: Server) {
    this.#http = http;
  }

  /** @param folder its address, with a slash at the end */
  static async open(folder?: URL): Promise<Site> {
    const http = createServer(({ url: path = '/' }, response) => {
      site.requests.push(path);
      const file = folder && read(new URL(`.${path.split('?')[0]}${site.hasIndex && path.endsWith('/') ? 'index.html' : ''}`, folder));
      const policy = file ? site.filePolicy : site.policy;
      const headers = { ...(policy !== undefined && { 'content-security-policy': policy }), ...(file && { 'access-control-allow-origin': '*' }), ...(site.isIsolated && ISOLATION) };
      response.writeHead(200, { 'content-type': (file && TYPES[extname(path)]) ?? 'text/html; charset=utf-8', ...headers });
      response.end(file ?? site.html);
    });
    const site = new Site(http);
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return site;
  }

  get origin(): string { return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`; }

  async close(): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}

function read(file: URL): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined; // no such file, or a folder
  }
}
