/** What a widget shows, from what is known: one state, a word, and what is below it. No browser needed. */
import { heardIn } from '../dashboard/model/heard.js';
import { isHeard, type Known } from './known.js';
import { ago, type Words, type WordKey } from './words.js';
import type { Trouble } from './trouble.js';

export type WidgetState = 'idle' | 'asking' | 'refused' | 'connecting' | 'warming' | 'music' | 'speech' | 'noise' | 'unknown' | 'silence'
  | 'tuning' | 'no-signal' | 'off-air' | 'reconnecting' | Trouble | 'ended' | 'misplaced';

/** States in which sound is judged at this moment. */
const LIVE: ReadonlySet<WidgetState> = new Set(['warming', 'music', 'speech', 'noise', 'unknown', 'silence']);
/** Open, but without a prediction for so long: nothing is heard any more. */
const UNHEARD_AFTER_MS = 10_000;
/** Genres that the card lists. */
export const TOP = 3;

export interface View {
  readonly state: WidgetState;
  readonly isLive: boolean;
  /** The genre, or what there is instead. */
  readonly word: string;
  /** A sentence, where a genre says nothing. */
  readonly note: string;
  /** Null where there is none. */
  readonly genre: string | null;
  readonly p: number;
  /** Labels of the model, best first; empty where nothing is judged. */
  readonly top: ReadonlyArray<readonly [label: string, p: number]>;
  /** dBFS, oldest first; empty where nothing is heard. */
  readonly levels: readonly number[];
  readonly name: string;
  /** What the station says is playing; null where it says nothing, undefined where it is no station. */
  readonly nowPlaying: string | null | undefined;
}

export interface Surroundings {
  readonly nowMs: number;
  readonly words: Words;
  /** The stream's id; empty for the microphone. */
  readonly stream: string;
  /** Of the page. */
  readonly origin: string;
  /** Of the page. */
  readonly language: string;
}

export function stateOf({ link, name, trouble, station, summary, prediction, aliveAtMs }: Known, nowMs: number): WidgetState {
  if (link === 'closed' || trouble === 'not-found') {
    if (summary) return 'ended';
  }
  if (link !== 'open') return trouble ?? (link === 'reconnecting' && name !== '' ? 'reconnecting' : 'connecting');
  if (station && !isHeard(station)) return station.state === 'connecting' ? 'tuning' : station.state === 'stopped' ? 'off-air' : 'no-signal';
  if (nowMs - aliveAtMs > UNHEARD_AFTER_MS) return 'no-signal';
  return prediction ? heardIn(prediction) : 'connecting';
}

/** @param state where something else than the stream decides: the microphone, or a widget that names none */
export function viewOf(known: Known, { nowMs, words, stream, origin, language }: Surroundings, state: WidgetState = stateOf(known, nowMs)): View {
  const isLive = LIVE.has(state);
  const { prediction, station, last } = known;
  const genre = state === 'music' ? prediction!.genre : null;
  const note = words.note(state, { stream, origin });
  return {
    state,
    isLive,
    word: genre === null ? words.say(state as WordKey) : words.genre(genre),
    note: isLive || !last || state === 'asking' ? note : `${note} ${words.say('last', { genre: words.genre(last.genre), ago: ago(nowMs - last.atMs, words.isOwn ? language : 'en') })}`.trim(),
    genre,
    p: genre === null ? 0 : prediction!.p,
    top: isLive ? prediction!.top.slice(0, TOP) : [],
    levels: isLive ? known.levels : [],
    name: known.name || stream,
    nowPlaying: station && (isLive ? station.nowPlaying : null),
  };
}
