/** Every word that the widget says, by a key, so that a page can put its own there: `labels='{"silence": "Stille"}'`. */
import { labelName } from '../dashboard/model/format.js';

/** `{…}` is filled in. A key that ends with `-note` is the sentence under the word. */
const WORDS = {
  'idle': 'What is playing?',
  'idle-note': 'Let the microphone listen to find out.',
  'asking': 'One moment',
  'asking-note': 'Your browser asks whether the microphone may be used.',
  'refused': 'No microphone',
  'connecting': 'Connecting',
  'warming': 'Listening',
  'warming-note': 'A few seconds of music are needed first.',
  'speech': 'Speech',
  'speech-note': 'People are talking.',
  'noise': 'Not music',
  'noise-note': 'Neither music nor speech.',
  'unknown': 'Not sure',
  'unknown-note': 'Music of no genre that is known here.',
  'silence': 'Silence',
  'silence-note': 'There is nothing to hear.',
  'tuning': 'Tuning in',
  'tuning-note': 'The station is being connected to.',
  'no-signal': 'No signal',
  'no-signal-note': 'No sound arrives.',
  'off-air': 'Off air',
  'off-air-note': 'The station is switched off.',
  'reconnecting': 'Reconnecting',
  'offline': 'Offline',
  'offline-note': 'The server can’t be reached.',
  'busy': 'Not now',
  'busy-note': 'The server answers, but not with live data; it may be full.',
  'not-found': 'Not found',
  'not-found-note': 'No stream “{stream}” is running.',
  'not-allowed': 'Not allowed here',
  'not-allowed-note': 'The server doesn’t list this page’s address, {origin}.',
  'ended': 'Ended',
  'ended-note': 'The stream is over.',
  'misplaced': 'Nothing chosen',
  'misplaced-note': 'Set stream="ID" or mic, and a server that is an address.',
  'live': 'Live',
  'percent': '{p} %',
  'sure': 'sure',
  'last': 'Last heard: {genre}, {ago}.',
  'widget': 'Live genre',
  'widget-of': 'Live genre of {name}',
  'microphone': 'Microphone',
  'bars': 'Most likely genres',
  'level': 'Level',
  'listen': 'Listen with the microphone',
  'listen-short': 'Listen',
  'stop': 'Stop',
} as const;

export type WordKey = keyof typeof WORDS;
export type OwnWords = Readonly<Record<string, string>>;

export class Words {
  readonly #own: OwnWords;

  constructor(own: OwnWords = {}) {
    this.#own = own;
  }

  /** Whether the page gave some: they may be of any language. */
  get isOwn(): boolean { return Object.keys(this.#own).length > 0; }

  say(key: WordKey, fill: Readonly<Record<string, string>> = {}): string {
    return (this.#own[key] ?? WORDS[key]).replace(/\{(\w+)\}/g, (whole, name: string) => fill[name] ?? whole);
  }

  /** The sentence under a state's word; empty where the word is enough. */
  note(state: string, fill: Readonly<Record<string, string>>): string {
    const key = `${state}-note`;
    return key in WORDS || key in this.#own ? this.say(key as WordKey, fill) : '';
  }

  /** A label of the model. */
  genre(label: string): string {
    return this.#own[label] ?? labelName(label);
  }
}

/** How long ago: "2 minutes ago". */
export function ago(ms: number, language: string): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [count, unit] = seconds < 60 ? [seconds, 'second'] as const
    : seconds < 3600 ? [Math.round(seconds / 60), 'minute'] as const
      : [Math.round(seconds / 3600), 'hour'] as const;
  return relativeTime(language).format(-count, unit);
}

function relativeTime(language: string): Intl.RelativeTimeFormat {
  try {
    return new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  } catch {
    return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }); // a page's lang may be anything
  }
}

/**
 * The words of the `labels` attribute.
 * @throws Error with what is wanted
 */
export function parseWords(json: string | null): OwnWords {
  if (json === null || json.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    value = undefined; // said below, with what is wanted
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.values(value).every((word) => typeof word === 'string')) {
    throw new Error(`labels must be a JSON object of texts, such as {"silence": "Stille", "rock": "Rock"}; it is ${json}`);
  }
  return value as OwnWords;
}
