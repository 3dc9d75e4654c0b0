/** Icons shared by several components, 24 × 24. */
import { html, svg, type TemplateResult } from 'lit';

export const MARK = svg`<rect x="2" y="10" width="3" height="6" rx="1.5"/><rect x="7.5" y="6.5" width="3" height="13" rx="1.5"/><rect x="13" y="3" width="3" height="20" rx="1.5"/><rect x="18.5" y="8.5" width="3" height="9" rx="1.5"/>`;
export const WARNING = svg`<path d="M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.01"/>`;
export const NOTE = svg`<path d="M9 17.5V6l10-2v11.5"/><circle cx="6.5" cy="17.5" r="2.5"/><circle cx="16.5" cy="15.5" r="2.5"/>`;
export const PLAY = svg`<path d="M8 5.5v13l10.5-6.5z"/>`;
export const PAUSE = svg`<path d="M9 6v12M15 6v12"/>`;
export const TILES = svg`<rect x="3.5" y="4.5" width="7" height="6" rx="1"/><rect x="13.5" y="4.5" width="7" height="6" rx="1"/><rect x="3.5" y="13.5" width="7" height="6" rx="1"/><rect x="13.5" y="13.5" width="7" height="6" rx="1"/>`;
export const PLUS = svg`<path d="M12 5v14M5 12h14"/>`;

export function icon(shape: unknown): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true">${shape}</svg>`;
}
