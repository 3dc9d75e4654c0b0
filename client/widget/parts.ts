/**
 * The elements inside a widget, created once and then only updated. They are created and styled
 * through the DOM: a strict content security policy or Trusted Types would forbid markup.
 */
import { decibels, percent } from '../dashboard/model/format.js';
import { genreColour } from '../../server/drawing/genre-colours.js';
import { meterPosition } from '../dashboard/model/meter.js';
import { LEVEL_COUNT } from './stream-status.js';
import { PARTS, SIZES, type Size } from './theming.js';
import { TOP_GENRES, type View } from './view.js';
import type { Strings } from './strings.js';

const LOWEST_DB = -120;

type Attributes = Readonly<Record<string, string>>;

function createElement(tag: string, name: string, attributes: Attributes = {}, ...children: Node[]): HTMLElement {
  const element = document.createElement(tag);
  element.className = name;
  if ((PARTS as readonly string[]).includes(name)) element.setAttribute('part', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Writes only changed text, so that selections stay and screen readers read nothing twice. */
function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

class Row {
  readonly element: HTMLElement;
  readonly #label = createElement('span', 'label');
  readonly #fill = createElement('span', 'fill');
  readonly #p = createElement('span', 'p');

  constructor() {
    this.element = createElement('li', 'row', {}, this.#label, createElement('span', 'track', { 'aria-hidden': 'true' }, this.#fill), this.#p);
  }

  show(label: string, p: number, isChosen: boolean, strings: Strings): void {
    this.element.classList.toggle('leads', isChosen);
    this.element.classList.toggle('empty', label === '');
    setText(this.#label, label);
    setText(this.#p, label === '' ? '' : strings.text('percent', { p: percent(p) }));
    this.#fill.style.setProperty('--p', String(p));
  }

  /** @param text shown instead of a label; empty for none */
  note(text: string): void {
    this.element.classList.toggle('also', text !== '');
    if (text !== '') setText(this.#label, text);
  }
}

export class Parts {
  readonly frame: HTMLElement;
  readonly root: HTMLElement;
  /** Starts and stops the microphone; hidden for streams. */
  readonly button: HTMLElement;
  readonly #name = createElement('span', 'name');
  readonly #live = createElement('span', 'live');
  readonly #genre = createElement('span', 'genre');
  readonly #percent = createElement('span', 'percent');
  readonly #sure = createElement('span', 'sure');
  readonly #note = createElement('p', 'note');
  readonly #rows = Array.from({ length: TOP_GENRES }, () => new Row());
  readonly #bars: HTMLElement;
  readonly #playing = createElement('span', 'playing');
  readonly #levels = Array.from({ length: LEVEL_COUNT }, () => document.createElement('i'));
  readonly #level: HTMLElement;
  readonly #announcement = createElement('span', 'announcement', { role: 'status' });

  constructor(onPress: () => void) {
    this.button = createElement('button', 'button', { type: 'button' });
    this.button.addEventListener('click', onPress);
    this.#bars = createElement('ol', 'bars', { role: 'list' }, ...this.#rows.map(({ element }) => element));
    this.#level = createElement('span', 'level', { role: 'meter', 'aria-valuemin': String(LOWEST_DB), 'aria-valuemax': '0' }, ...this.#levels);
    this.root = createElement('div', 'root', { role: 'group' },
      createElement('div', 'head', {}, this.#name, this.#level, createElement('span', 'state', {}, createElement('span', 'dot'), this.#live)),
      createElement('div', 'now', {}, this.#genre, createElement('span', 'confidence', {}, this.#percent, this.#sure)),
      createElement('div', 'body', {}, this.#note, this.#bars),
      createElement('div', 'foot', {}, this.#playing, this.button),
      this.#announcement);
    this.frame = createElement('div', 'frame', {}, this.root);
  }

  /**
   * @param labels the model's labels, for the colours
   * @param reducedMotion true if the visitor prefers reduced motion
   */
  show(view: View, size: Size, strings: Strings, labels: readonly string[], reducedMotion: boolean): void {
    const { root } = this;
    for (const each of SIZES) root.classList.toggle(each, each === size);
    root.classList.toggle('is-live', view.isLive);
    root.classList.toggle('has-genre', view.genre !== null);
    root.dataset['state'] = view.state;
    // The default strings are English, whatever the page's language is.
    if (strings.hasOverrides) root.removeAttribute('lang');
    else root.lang = 'en';
    root.setAttribute('aria-label', view.name === '' ? strings.text('widget') : strings.text('widget-of', { name: view.name }));
    if (size === 'card' || view.note === '') root.removeAttribute('title');
    else root.title = view.note;
    setText(this.#name, view.name);
    setText(this.#live, view.isLive ? strings.text('live') : '');
    setText(this.#genre, view.headline);
    setText(this.#percent, view.genre === null ? '' : strings.text('percent', { p: percent(view.p) }));
    setText(this.#sure, view.genre === null ? '' : strings.text('sure'));
    setText(this.#note, view.top.length === 0 ? view.note : '');
    this.#showColour(view.genre, labels);
    this.#bars.setAttribute('aria-label', strings.text('bars'));
    this.#bars.classList.toggle('empty', view.top.length === 0);
    this.#rows.forEach((row, index) => {
      const [label, p] = view.top[index] ?? ['', 0];
      row.show(label === '' ? '' : strings.genre(label), p, label === view.genre, strings);
      // In place of the last genre, so that the height stays.
      if (index === TOP_GENRES - 1) row.note(view.tags && strings.text('also', { tags: view.tags }));
    });
    this.#playing.hidden = view.nowPlaying === undefined;
    setText(this.#playing, view.nowPlaying ?? '');
    this.#playing.title = view.nowPlaying ?? '';
    this.#showLevel(view.levels, strings, reducedMotion);
  }

  /** Announces a sentence to screen readers. */
  announce(sentence: string): void {
    setText(this.#announcement, sentence);
  }

  #showColour(genre: string | null, labels: readonly string[]): void {
    const index = genre === null ? -1 : labels.indexOf(genre);
    const [light, dark] = (['light', 'dark'] as const).map((theme) => genreColour(index, labels.length, theme).strong);
    if (index >= 0) this.root.style.setProperty('--colour', `light-dark(${light}, ${dark})`);
    else this.root.style.removeProperty('--colour');
  }

  /** The last seconds as a strip of bars; with reduced motion, all bars show the current level. */
  #showLevel(levels: readonly number[], strings: Strings, reducedMotion: boolean): void {
    const nowDb = levels.at(-1) ?? LOWEST_DB;
    this.#level.setAttribute('aria-label', strings.text('level'));
    this.#level.setAttribute('aria-valuenow', nowDb.toFixed(1));
    this.#level.setAttribute('aria-valuetext', `${decibels(nowDb)} dBFS`);
    this.#levels.forEach((bar, index) => {
      const db = reducedMotion ? nowDb : levels.at(index - LEVEL_COUNT) ?? LOWEST_DB;
      bar.style.setProperty('--level', meterPosition(db).toFixed(3));
    });
  }
}
