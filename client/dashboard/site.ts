/** State shared by all pages of the dashboard: the visitor, the alerts, the model, the route. */
import { Alerts } from './alerts.js';
import type { ModelInfo, StreamInfo } from '../../server/protocol/messages.js';
import type { ModelCard } from './api.js';
import { BASE } from './base.js';
import { routeUrl, routeAt, type Route } from './model/route.js';
import { Visitor } from './visitor.js';

export class Site {
  readonly visitor = new Visitor();
  readonly alerts = new Alerts(this.visitor);
  /** For a wall display: no navigation. */
  readonly isKiosk = new URLSearchParams(location.search).get('kiosk') === '1';
  /** Files that were dropped on another page, for the page of files. */
  dropped: readonly File[] = [];
  #card: Promise<ModelCard> | undefined;
  #shown: ModelCard | undefined;

  /**
   * Fetched once; again after a failure, and when another model is in use than the one fetched.
   * @param told the model of a stream or of the stations, where one is known
   */
  model(told?: Pick<ModelInfo, 'name' | 'version'>): Promise<ModelCard> {
    const shown = this.#shown;
    if (shown && told && (shown.name !== told.name || shown.version !== told.version)) this.#card = this.#shown = undefined;
    return this.#card ??= this.visitor.request('v1/model').then((card) => this.#shown = card as ModelCard).catch((error: unknown) => {
      this.#card = undefined;
      throw error;
    });
  }

  /** Fetched in any case, where nothing tells which model is in use. */
  newestModel(): Promise<ModelCard> {
    this.#card = undefined;
    return this.model();
  }

  async streams(): Promise<readonly StreamInfo[]> {
    return (await this.visitor.request('v1/streams') as { streams: readonly StreamInfo[] }).streams;
  }

  /** Address of the server and, if the visitor has signed in, what gives a token for each connection. */
  get server(): { readonly url: string; readonly token: () => Promise<string | undefined> } {
    return { url: BASE.href, token: () => this.visitor.socketToken() };
  }

  href(route: Route): string {
    return routeUrl(route, BASE, this.isKiosk);
  }

  /** Navigates without reloading the page. */
  navigate(route: Route): void {
    history.pushState(null, '', this.href(route));
    dispatchEvent(new PopStateEvent('popstate'));
  }

  get route(): Route | undefined {
    return routeAt(new URL(location.href), BASE);
  }
}
