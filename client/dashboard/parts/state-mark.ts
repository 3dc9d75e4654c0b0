/** A station's state as an icon and a word, so that it does not depend on colour. */
import { css, html, svg, type TemplateResult } from 'lit';
import type { StationState } from '../../../server/protocol/messages.js';
import { STATE_MEANINGS, STATE_NAMES } from '../model/station-words.js';
import { icon, WARNING } from './icons.js';

const SHAPES: Readonly<Record<StationState, unknown>> = {
  live: svg`<circle cx="12" cy="12" r="4.5" fill="currentColor"/><path d="M5.6 5.6a9 9 0 0 0 0 12.8M18.4 5.6a9 9 0 0 1 0 12.8"/>`,
  silent: svg`<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5"/>`,
  stalled: svg`<path d="M8.5 5.5v13M15.5 5.5v13" stroke-width="3"/>`,
  failing: WARNING,
  connecting: svg`<circle cx="12" cy="12" r="8" stroke-dasharray="5 3.4"/>`,
  stopped: svg`<rect x="6" y="6" width="12" height="12" rx="2"/>`,
};

export function stateMark(state: StationState): TemplateResult {
  return html`<span class="mark ${state}" title=${STATE_MEANINGS[state]}>${icon(SHAPES[state])}${STATE_NAMES[state]}</span>`;
}

export const stateMarkStyles = css`
  .mark { display: inline-flex; align-items: center; gap: 0.3125rem; font-size: 0.8125rem; font-weight: 600; white-space: nowrap; color: var(--quiet); }
  .mark svg { inline-size: 0.9375rem; block-size: 0.9375rem; }
  .mark.live { color: var(--good); }
  .mark.silent, .mark.connecting { color: var(--warn); }
  .mark.failing, .mark.stalled { color: var(--bad); }
`;
