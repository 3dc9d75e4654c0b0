/** Badge of an open alert. */
import { css, html, type TemplateResult } from 'lit';
import type { AlertType } from '../../../server/protocol/messages.js';
import { ALERT_NAMES } from '../model/station-words.js';
import { icon, WARNING } from './icons.js';

export function alertBadge(type: AlertType): TemplateResult {
  return html`<span class="badge">${icon(WARNING)}${ALERT_NAMES[type]}</span>`;
}

export const alertBadgeStyles = css`
  .badge { display: inline-flex; align-items: center; gap: 0.25rem; padding: 0.0625rem 0.4375rem 0.0625rem 0.3125rem; border-radius: 0.375rem; font-size: 0.75rem; font-weight: 600; white-space: nowrap; color: var(--bad); background: var(--bad-surface); box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--bad) 45%, transparent); }
  .badge svg { inline-size: 0.8125rem; block-size: 0.8125rem; stroke-width: 2; }
`;
