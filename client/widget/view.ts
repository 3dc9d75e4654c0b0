/** Derives what a widget shows from a stream's status: the state, a headline and the rest. Pure; needs no browser. */
import { contentOf } from '../dashboard/model/audio-content.js';
import { isReceiving, type StreamStatus } from './stream-status.js';
import { ago, type Strings, type StringKey } from './strings.js';
import type { ConnectionProblem } from './connection-problem.js';

export type WidgetState = 'idle' | 'asking' | 'refused' | 'connecting' | 'warming' | 'music' | 'speech' | 'noise' | 'unknown' | 'silence'
  | 'tuning' | 'no-signal' | 'off-air' | 'reconnecting' | ConnectionProblem | 'ended' | 'misplaced';

/** States in which audio is being classified. */
const LIVE: ReadonlySet<WidgetState> = new Set(['warming', 'music', 'speech', 'noise', 'unknown', 'silence']);
/** The stream counts as without signal after this time without a message. */
const NO_SIGNAL_AFTER_MS = 10_000;
/** How long the card says that a new stream has begun. */
const CONTINUED_FOR_MS = 10_000;
/** Genres that the card lists. */
export const TOP_GENRES = 3;

export interface View {
  readonly state: WidgetState;
  readonly isLive: boolean;
  /** The genre, or a text for the state. */
  readonly headline: string;
  /** A sentence that explains the state; may be empty. */
  readonly note: string;
  /** Label of the model; null in all states but `music`. */
  readonly genre: string | null;
  readonly p: number;
  /** Labels of the model, best first; empty if not live. */
  readonly top: ReadonlyArray<readonly [label: string, p: number]>;
  /** What the music has beside its genre, with commas; empty if there is nothing to say, or its sender did not ask for it. */
  readonly tags: string;
  /** dBFS, oldest first; empty if not live. */
  readonly levels: readonly number[];
  readonly name: string;
  /** Title that the station reports; null if it reports none, undefined for other streams. */
  readonly nowPlaying: string | null | undefined;
}

export interface ViewContext {
  readonly nowMs: number;
  readonly strings: Strings;
  /** The stream's id; empty for the microphone. */
  readonly stream: string;
  /** Origin of the page. */
  readonly origin: string;
  /** Language of the page. */
  readonly language: string;
}

export function stateOf({ connection, name, problem, station, summary, prediction, lastMessageAtMs }: StreamStatus, nowMs: number): WidgetState {
  if (connection === 'closed' || problem === 'not-found') {
    if (summary) return 'ended';
  }
  if (connection !== 'open') return problem ?? (connection === 'reconnecting' && name !== '' ? 'reconnecting' : 'connecting');
  if (station && !isReceiving(station)) return station.state === 'connecting' ? 'tuning' : station.state === 'stopped' ? 'off-air' : 'no-signal';
  if (nowMs - lastMessageAtMs > NO_SIGNAL_AFTER_MS) return 'no-signal';
  return prediction ? contentOf(prediction) : 'connecting';
}

/** @param state overrides the stream's state: for the microphone, or a widget without a source */
export function viewOf(status: StreamStatus, { nowMs, strings, stream, origin, language }: ViewContext, state: WidgetState = stateOf(status, nowMs)): View {
  const isLive = LIVE.has(state);
  const { continued, prediction, station, lastGenre } = status;
  const genre = state === 'music' ? prediction!.genre : null;
  const isContinued = isLive && continued !== undefined && nowMs - continued.atMs < CONTINUED_FOR_MS;
  const note = isContinued
    ? strings.text('continued-note', { gap: seconds(continued.gapMs), lost: seconds(continued.lostMs) })
    : strings.note(state, { stream, origin });
  return {
    state,
    isLive,
    headline: genre === null ? strings.text(state as StringKey) : strings.genre(genre),
    note: isLive || !lastGenre || state === 'asking' ? note : `${note} ${strings.text('last', { genre: strings.genre(lastGenre.genre), ago: ago(nowMs - lastGenre.atMs, strings.hasOverrides ? language : 'en') })}`.trim(),
    genre,
    p: genre === null ? 0 : prediction!.p,
    // The card has room for a note or the genres.
    top: isLive && !isContinued ? prediction!.top.slice(0, TOP_GENRES) : [],
    tags: isLive ? (prediction!.tags ?? []).slice(0, TOP_GENRES).map(([tag]) => tag).join(', ') : '',
    levels: isLive ? status.levels : [],
    name: status.name || stream,
    nowPlaying: station && (isLive ? station.nowPlaying : null),
  };
}

function seconds(ms: number): string {
  return String(Math.round(ms / 1000));
}
