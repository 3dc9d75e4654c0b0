/**
 * The elements inside a widget, made once and then only changed. Made by hand and styled through the
 * DOM: pages with a strict content policy or Trusted Types take that, and no markup.
 */
import { decibels, percent } from '../dashboard/model/format.js';
import { genreColour } from '../dashboard/model/genre-colours.js';
import { meterPlace } from '../dashboard/model/meter.js';
import { KEPT_LEVELS } from './known.js';
import { PARTS, SIZES, type Size } from './theming.js';
import { TOP, type View } from './view.js';
import type { Words } from './words.js';

const LOWEST_DB = -120;

type Attributes = Readonly<Record<string, string>>;

function make(tag: string, name: string, attributes: Attributes = {}, ...children: Node[]): HTMLElement {
  const element = document.createElement(tag);
  element.className = name;
  if ((PARTS as readonly string[]).includes(name)) element.setAttribute('part', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Texts are touched only when they change: selections stay, and nothing is read out twice. */
function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

class Row {
  readonly element: HTMLElement;
  readonly #label = make('span', 'label');
  readonly #fill = make('span', 'fill');
  readonly #p = make('span', 'p');

  constructor() {
    this.element = make('li', 'row', {}, this.#label, make('span', 'track', { 'aria-hidden': 'true' }, this.#fill), this.#p);
  }

  show(label: string, p: number, isChosen: boolean, words: Words): void {
    this.element.classList.toggle('leads', isChosen);
    this.element.classList.toggle('empty', label === '');
    write(this.#label, label);
    write(this.#p, label === '' ? '' : words.say('percent', { p: percent(p) }));
    this.#fill.style.setProperty('--p', String(p));
  }
}

export class Parts {
  readonly frame: HTMLElement;
  readonly root: HTMLElement;
  /** The microphone's; hidden for streams. */
  readonly button: HTMLElement;
  readonly #name = make('span', 'name');
  readonly #live = make('span', 'live');
  readonly #genre = make('span', 'genre');
  readonly #percent = make('span', 'percent');
  readonly #sure = make('span', 'sure');
  readonly #note = make('p', 'note');
  readonly #rows = Array.from({ length: TOP }, () => new Row());
  readonly #bars: HTMLElement;
  readonly #playing = make('span', 'playing');
  readonly #levels = Array.from({ length: KEPT_LEVELS }, () => document.createElement('i'));
  readonly #level: HTMLElement;
  readonly #said = make('span', 'said', { role: 'status' });

  constructor(onPress: () => void) {
    this.button = make('button', 'button', { type: 'button' });
    this.button.addEventListener('click', onPress);
    this.#bars = make('ol', 'bars', { role: 'list' }, ...this.#rows.map(({ element }) => element));
    this.#level = make('span', 'level', { role: 'meter', 'aria-valuemin': String(LOWEST_DB), 'aria-valuemax': '0' }, ...this.#levels);
    this.root = make('div', 'root', { role: 'group' },
      make('div', 'head', {}, this.#name, this.#level, make('span', 'state', {}, make('span', 'dot'), this.#live)),
      make('div', 'now', {}, this.#genre, make('span', 'confidence', {}, this.#percent, this.#sure)),
      make('div', 'body', {}, this.#note, this.#bars),
      make('div', 'foot', {}, this.#playing, this.button),
      this.#said);
    this.frame = make('div', 'frame', {}, this.root);
  }

  /**
   * @param labels of the model, for the colours
   * @param isStill for who wants less motion
   */
  show(view: View, size: Size, words: Words, labels: readonly string[], isStill: boolean): void {
    const { root } = this;
    for (const each of SIZES) root.classList.toggle(each, each === size);
    root.classList.toggle('is-live', view.isLive);
    root.classList.toggle('has-genre', view.genre !== null);
    root.dataset['state'] = view.state;
    // Our own words are English, whatever the page's language is.
    if (words.isOwn) root.removeAttribute('lang');
    else root.lang = 'en';
    root.setAttribute('aria-label', view.name === '' ? words.say('widget') : words.say('widget-of', { name: view.name }));
    if (size === 'card' || view.note === '') root.removeAttribute('title');
    else root.title = view.note;
    write(this.#name, view.name);
    write(this.#live, view.isLive ? words.say('live') : '');
    write(this.#genre, view.word);
    write(this.#percent, view.genre === null ? '' : words.say('percent', { p: percent(view.p) }));
    write(this.#sure, view.genre === null ? '' : words.say('sure'));
    write(this.#note, view.top.length === 0 ? view.note : '');
    this.#showColour(view.genre, labels);
    this.#bars.setAttribute('aria-label', words.say('bars'));
    this.#bars.classList.toggle('empty', view.top.length === 0);
    this.#rows.forEach((row, index) => {
      const [label, p] = view.top[index] ?? ['', 0];
      row.show(label === '' ? '' : words.genre(label), p, label === view.genre, words);
    });
    this.#playing.hidden = view.nowPlaying === undefined;
    write(this.#playing, view.nowPlaying ?? '');
    this.#playing.title = view.nowPlaying ?? '';
    this.#showLevel(view.levels, words, isStill);
  }

  /** For screen readers. */
  say(sentence: string): void {
    write(this.#said, sentence);
  }

  #showColour(genre: string | null, labels: readonly string[]): void {
    const index = genre === null ? -1 : labels.indexOf(genre);
    const [light, dark] = (['light', 'dark'] as const).map((theme) => genreColour(index, labels.length, theme).strong);
    if (index >= 0) this.root.style.setProperty('--colour', `light-dark(${light}, ${dark})`);
    else this.root.style.removeProperty('--colour');
  }

  /** The last seconds as a strip; for who wants less motion, all of it at the level of this moment. */
  #showLevel(levels: readonly number[], words: Words, isStill: boolean): void {
    const nowDb = levels.at(-1) ?? LOWEST_DB;
    this.#level.setAttribute('aria-label', words.say('level'));
    this.#level.setAttribute('aria-valuenow', nowDb.toFixed(1));
    this.#level.setAttribute('aria-valuetext', `${decibels(nowDb)} dBFS`);
    this.#levels.forEach((bar, index) => {
      const db = isStill ? nowDb : levels.at(index - KEPT_LEVELS) ?? LOWEST_DB;
      bar.style.setProperty('--level', meterPlace(db).toFixed(3));
    });
  }
}
