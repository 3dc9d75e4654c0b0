/** Data of the station page: the live stream, the polled status, and the last day's history extended live. */
import type { StationMessage } from '../../server/protocol/messages.js';
import { ApiError, stationPath, type History, type StationAlert, type StationInfo } from './api.js';
import { hoursOfDay, type Hour } from './model/day-clock.js';
import { Passages } from './model/passages.js';
import { Session } from './session.js';
import type { Site } from './site.js';
import { watchStation } from './sources/station.js';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** A quarter of an hour: every time zone's offset is a multiple of it. */
const BUCKET_S = 900;
const INFO_EVERY_MS = 5000;
/** Live predictions extend the history without a request; this interval is for sums that only the server has. */
const HISTORY_EVERY_MS = 300_000;

export class StationWatch {
  readonly session: Session;
  readonly passages = new Passages(DAY_MS);
  readonly #site: Site;
  readonly #id: string;
  readonly #onChange: () => void;
  #timers: ReturnType<typeof setTimeout>[] = [];
  #isOver = false;
  #station: StationMessage | undefined;
  #lastAtMs = -1;
  #lastStateAndAlerts = '';
  info: StationInfo | undefined;
  alerts: readonly StationAlert[] = [];
  shares: History['shares'] = [];
  /** Number of histories loaded. */
  version = 0;
  /** The server's clock minus the browser's, ms. */
  clockOffsetMs = 0;
  /** Why there is no history; empty if there is one. */
  trouble = '';
  /** The station does not exist. */
  isMissing = false;
  /** The server can't be reached. */
  isOffline = false;

  constructor(site: Site, id: string, onChange: () => void) {
    this.#site = site;
    this.#id = id;
    this.#onChange = onChange;
    this.session = new Session((model) => site.model(model), () => this.#onSessionChange());
  }

  get nowMs(): number { return Date.now() + this.clockOffsetMs; }

  /** Status of the station: the stream's last message while connected, else the polled one. */
  get status(): Omit<StationMessage, 'type'> | undefined {
    return this.session.connection === 'open' ? this.session.station ?? this.info : this.info;
  }

  open(): void {
    void this.#repeat(() => this.refresh(), INFO_EVERY_MS);
    void this.#repeat(() => this.#readHistory(), HISTORY_EVERY_MS);
  }

  end(): void {
    this.#isOver = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.session.end();
  }

  /** Loads the station's status. */
  async refresh(): Promise<void> {
    try {
      this.info = await this.#site.visitor.request(stationPath(this.#id)) as StationInfo;
      this.isMissing = this.isOffline = false;
    } catch (error) {
      this.isMissing = error instanceof ApiError && error.status === 404;
      this.isOffline = !(error instanceof ApiError);
    }
    if (this.#isOver) return;
    const { status } = this;
    if (status) this.passages.setState(status.state, status.nowPlaying, status.reason, this.nowMs);
    this.#watchStream();
    this.#onChange();
  }

  /** Connects to the stream; a stopped station has none and gets a new one when it is enabled. */
  #watchStream(): void {
    const { info, session: { connection } } = this;
    if (info === undefined) return;
    if (info.state !== 'stopped' && (connection === 'idle' || connection === 'closed')) {
      this.session.switchTo(watchStation({ id: this.#id, name: info.name, source: 'station' }, this.#site.server, () => Promise.resolve([])));
    }
    // A new state or alert is also in the history: reload it at once.
    const stateAndAlerts = `${info.state} ${info.alerts.join()}`;
    if (this.#lastStateAndAlerts !== '' && stateAndAlerts !== this.#lastStateAndAlerts) void this.#readHistory();
    this.#lastStateAndAlerts = stateAndAlerts;
  }

  /** Shares of genres at each hour of the day over the last `days` days. */
  async hours(days: number): Promise<readonly Hour[]> {
    const labels = (await this.#site.model()).labels;
    if (days === 1) return hoursOfDay(this.shares, labels);
    const shares = [];
    // One request per day: the server limits the length of a history.
    for (let day = days; day > 0; day--) {
      const history = await this.#history(this.nowMs - day * DAY_MS, this.nowMs - (day - 1) * DAY_MS);
      shares.push(...history.shares);
    }
    return hoursOfDay(shares, labels);
  }

  async #readHistory(): Promise<void> {
    if (!this.#site.visitor.hasHistory) {
      this.trouble = 'This server stores no history; only what arrived since the page was opened is shown. To store it, start the server with --stations FILE or --database FILE.';
      return;
    }
    try {
      const history = await this.#history(this.nowMs - DAY_MS);
      this.clockOffsetMs = Date.parse(history.to) - Date.now();
      // Ignore small offsets, so that the ribbon doesn't jump back and forth.
      if (Math.abs(this.clockOffsetMs) < 2000) this.clockOffsetMs = 0;
      this.passages.load(history);
      this.alerts = history.alerts;
      this.shares = history.shares;
      this.trouble = '';
      this.version += 1;
    } catch (error) {
      this.trouble = error instanceof ApiError ? error.message : 'The history could not be loaded. Trying again.';
    }
    this.#onChange();
  }

  /** @param toMs default: now */
  async #history(fromMs: number, toMs?: number): Promise<History> {
    const to = toMs === undefined ? '' : `&to=${new Date(toMs).toISOString()}`;
    return await this.#site.visitor.request(stationPath(this.#id, `/history?from=${new Date(fromMs).toISOString()}${to}&bucket=${BUCKET_S}`)) as History;
  }

  /** Takes the session's new station message and prediction over into the passages. */
  #onSessionChange(): void {
    if (this.#isOver) return;
    const { prediction, station, blockMs } = this.session;
    if (station && station !== this.#station) {
      if (this.#station && station.state !== this.#station.state) void this.refresh();
      this.#station = station;
      this.passages.setState(station.state, station.nowPlaying, station.reason, this.nowMs);
    }
    if (prediction && prediction.atMs !== this.#lastAtMs) {
      this.#lastAtMs = prediction.atMs;
      const isOn = !station || station.state === 'live' || station.state === 'silent';
      if (isOn) this.passages.push(prediction, blockMs, this.nowMs);
    }
    this.#onChange();
  }

  async #repeat(work: () => Promise<void>, everyMs: number): Promise<void> {
    await work();
    if (this.#isOver) return;
    const timer = setTimeout(() => {
      this.#timers.splice(this.#timers.indexOf(timer), 1);
      void this.#repeat(work, everyMs);
    }, everyMs);
    this.#timers.push(timer);
  }
}
