/** All texts of the widget by key; a page can replace them: `labels='{"silence": "Stille"}'`. */
import { labelName } from '../dashboard/model/format.js';

/** `{…}` is a placeholder. Keys that end with `-note` are the sentence under the state. */
const STRINGS = {
  'idle': 'What is playing?',
  'idle-note': 'Use your microphone to find out.',
  'asking': 'One moment',
  'asking-note': 'Your browser is asking for access to the microphone.',
  'refused': 'No microphone',
  'connecting': 'Connecting',
  'warming': 'Listening',
  'warming-note': 'It needs a few seconds of music first.',
  'speech': 'Speech',
  'speech-note': 'People are talking.',
  'noise': 'Not music',
  'noise-note': 'Neither music nor speech.',
  'also': 'also: {tags}',
  'unknown': 'Not sure',
  'unknown-note': 'Music of an unknown genre.',
  'silence': 'Silence',
  'silence-note': 'The stream is silent.',
  'tuning': 'Tuning in',
  'tuning-note': 'Connecting to the station.',
  'no-signal': 'No signal',
  'no-signal-note': 'No audio is arriving.',
  'off-air': 'Off air',
  'off-air-note': 'The station is switched off.',
  'reconnecting': 'Reconnecting',
  'offline': 'Offline',
  'offline-note': 'The server can’t be reached.',
  'busy': 'Unavailable',
  'busy-note': 'The server is up but sends no live data; it may be full.',
  'not-found': 'Not found',
  'not-found-note': 'No stream “{stream}” is running.',
  'not-allowed': 'Not allowed here',
  'not-allowed-note': 'The server does not allow pages of {origin}.',
  'continued-note': 'A new stream, after {gap} s without the server; {lost} s were lost.',
  'ended': 'Ended',
  'ended-note': 'The stream has ended.',
  'misplaced': 'Not set up',
  'misplaced-note': 'Set stream="ID" or mic; server must be a URL.',
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
  'resume': 'Resume',
  'stop': 'Stop',
} as const;

export type StringKey = keyof typeof STRINGS;
export type StringOverrides = Readonly<Record<string, string>>;

export class Strings {
  readonly #overrides: StringOverrides;

  constructor(overrides: StringOverrides = {}) {
    this.#overrides = overrides;
  }

  /** True if the page has its own texts, which may be in any language. */
  get hasOverrides(): boolean { return Object.keys(this.#overrides).length > 0; }

  text(key: StringKey, fill: Readonly<Record<string, string>> = {}): string {
    return (this.#overrides[key] ?? STRINGS[key]).replace(/\{(\w+)\}/g, (whole, name: string) => fill[name] ?? whole);
  }

  /** The sentence under a state; empty if there is none. */
  note(state: string, fill: Readonly<Record<string, string>>): string {
    const key = `${state}-note`;
    return key in STRINGS || key in this.#overrides ? this.text(key as StringKey, fill) : '';
  }

  /** Display name of a label of the model. */
  genre(label: string): string {
    return this.#overrides[label] ?? labelName(label);
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
    return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }); // a page's lang may be invalid
  }
}

/**
 * Parses the `labels` attribute.
 * @throws Error that describes the expected format
 */
export function parseOverrides(json: string | null): StringOverrides {
  if (json === null || json.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    value = undefined; // reported below
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.values(value).every((word) => typeof word === 'string')) {
    throw new Error(`labels must be a JSON object of strings, such as {"silence": "Stille"}; it is ${json}`);
  }
  return value as StringOverrides;
}
