/** One station, watched: its stream, what the server knows of it, and its last day, carried on live. */
import type { StationMessage } from '../../server/protocol/messages.js';
import { ApiError, stationPath, type History, type StationAlert, type StationInfo } from './api.js';
import { BASE } from './base.js';
import { hoursOfDay, type Hour } from './model/day-clock.js';
import { Passages } from './model/passages.js';
import { Session } from './session.js';
import type { Site } from './site.js';
import { watchStation } from './sources/station.js';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** A quarter of an hour: the clock is right in every time zone. */
const BUCKET_S = 900;
const INFO_EVERY_MS = 5000;
/** What comes live is added without asking; this is for what the server adds up. */
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
  /** Counts the histories that came. */
  version = 0;
  /** The server's clock less this one's, ms. */
  clockOffsetMs = 0;
  /** Why there is no history; empty where there is one. */
  trouble = '';
  /** There is no such station. */
  isMissing = false;
  /** The server can't be reached. */
  isOffline = false;

  constructor(site: Site, id: string, onChange: () => void) {
    this.#site = site;
    this.#id = id;
    this.#onChange = onChange;
    this.session = new Session(() => site.model(), () => this.#onSessionChange());
  }

  get nowMs(): number { return Date.now() + this.clockOffsetMs; }

  /** How the station is: what its stream said last, or what was asked for. */
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

  /** Asks how the station is. */
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

  /** A station that is switched off has no stream, and gets another one later. */
  #watchStream(): void {
    const { info, session: { connection } } = this;
    if (info === undefined) return;
    if (info.state !== 'stopped' && (connection === 'idle' || connection === 'closed')) {
      this.session.switchTo(watchStation({ id: this.#id, name: info.name, source: 'station' }, BASE.href, () => Promise.resolve([])));
    }
    // What is new in the history is read at once.
    const stateAndAlerts = `${info.state} ${info.alerts.join()}`;
    if (this.#lastStateAndAlerts !== '' && stateAndAlerts !== this.#lastStateAndAlerts) void this.#readHistory();
    this.#lastStateAndAlerts = stateAndAlerts;
  }

  /** What was heard at each hour of the day over the last days. */
  async hours(days: number): Promise<readonly Hour[]> {
    const labels = (await this.#site.model()).labels;
    if (days === 1) return hoursOfDay(this.shares, labels);
    const shares = [];
    // A day at a time: the server has a limit to what it gives at once.
    for (let day = days; day > 0; day--) {
      const history = await this.#history(this.nowMs - day * DAY_MS, this.nowMs - (day - 1) * DAY_MS);
      shares.push(...history.shares);
    }
    return hoursOfDay(shares, labels);
  }

  async #readHistory(): Promise<void> {
    if (!this.#site.visitor.hasHistory) {
      this.trouble = 'This server keeps no history: what is shown began with this page. It is kept with --stations FILE or --database FILE.';
      return;
    }
    try {
      const history = await this.#history(this.nowMs - DAY_MS);
      this.clockOffsetMs = Date.parse(history.to) - Date.now();
      // A clock that is a little off is left alone, so that the ribbon doesn't jump back and forth.
      if (Math.abs(this.clockOffsetMs) < 2000) this.clockOffsetMs = 0;
      this.passages.load(history);
      this.alerts = history.alerts;
      this.shares = history.shares;
      this.trouble = '';
      this.version += 1;
    } catch (error) {
      this.trouble = error instanceof ApiError ? error.message : 'The history can not be read at the moment; it is asked for again.';
    }
    this.#onChange();
  }

  /** @param toMs now, unless given */
  async #history(fromMs: number, toMs?: number): Promise<History> {
    const to = toMs === undefined ? '' : `&to=${new Date(toMs).toISOString()}`;
    return await this.#site.visitor.request(stationPath(this.#id, `/history?from=${new Date(fromMs).toISOString()}${to}&bucket=${BUCKET_S}`)) as History;
  }

  /** Something came over the stream. */
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
