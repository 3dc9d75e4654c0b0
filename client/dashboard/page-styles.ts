/** Layout of all pages, and of the live page: one column, or two columns in one view from 64 rem on. */
import { css } from 'lit';

export const pageStyles = css`
  :host { display: grid; grid-template-rows: auto auto 1fr auto; min-block-size: 100dvh; max-inline-size: 120rem; margin-inline: auto; padding-inline: clamp(0.75rem, 2vw, 2rem); }
  site-header { grid-row: 1; min-inline-size: 0; }
  .trouble, .troubles { grid-row: 2; }
  .trouble { display: flex; align-items: center; justify-content: space-between; gap: 1rem; padding: 0.75rem 1rem; margin-block-end: 0.75rem; border: 1px solid var(--bad); border-radius: 0.75rem; background: var(--bad-surface); }
  .trouble.notice { border-color: var(--warn); background: var(--surface); }
  main { grid-row: 3; display: grid; gap: 0.75rem; grid-template-columns: minmax(0, 1fr); align-content: start; }
  section { padding: 1.125rem; background: var(--surface); border: 1px solid var(--line); border-radius: 0.875rem; box-shadow: var(--shadow); min-inline-size: 0; }
  footer { grid-row: 4; display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; padding-block: 0.875rem; font-size: 0.8125rem; color: var(--quiet); }
  h1:focus-visible { outline: none; } /* focused by script after navigation, for screen readers */
`;

/** The sections that show a stream's audio. */
export const soundStyles = css`
  .now { display: grid; gap: 1rem; }
  .sound { display: grid; grid-template: 3.5rem 11rem / minmax(0, 1fr) auto; gap: 0.625rem 1rem; }
  .sound level-meter { grid-area: 1 / 2 / 3; }
  .sound .none { grid-area: 2 / 1; place-self: center; padding-inline-start: 2.25rem; color: var(--quiet); text-align: center; }
  .sound mel-spectrogram { grid-area: 2 / 1; }
`;

export const liveStyles = css`
  .drop { position: fixed; inset: 0; z-index: 1; display: grid; gap: 1rem; padding: 1rem; background: color-mix(in srgb, var(--page) 88%, transparent); pointer-events: none; }
  .drop p { display: grid; place-content: center; text-align: center; font-size: 1.75rem; font-weight: 650; letter-spacing: -0.02em; border: 2px dashed var(--control); border-radius: 1rem; }
  .drop p.chosen { border-color: var(--accent); background: color-mix(in srgb, var(--accent) 12%, transparent); }
  .drop small { font-size: 0.9375rem; font-weight: 400; letter-spacing: 0; color: var(--quiet); }
  @media (min-aspect-ratio: 1) { .drop { grid-template-columns: 1fr 1fr; } }

  @media (min-width: 64rem) {
    main { grid-template: auto minmax(17rem, 1fr) auto / minmax(0, 5fr) minmax(0, 7fr); align-content: stretch; }
    .sound, .timeline { grid-column: 1 / -1; }
    .sound { grid-template-rows: minmax(0, 1fr) minmax(0, 3fr); }
    section { padding: 1.375rem 1.5rem; }
  }
`;
