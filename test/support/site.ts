/** A third-party site on its own origin: answers every path with the same page. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class Site {
  html = '';
  /** Content security policy of the page. */
  policy: string | undefined;
  readonly #http: Server;

  private constructor(http: Server) {
    this.#http = http;
  }

  static async open(): Promise<Site> {
    const http = createServer((_, response) => {
      const headers = site.policy === undefined ? {} : { 'content-security-policy': site.policy };
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers });
      response.end(site.html);
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
