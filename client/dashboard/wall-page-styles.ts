/** Layout of the wall. */
import { css } from 'lit';

export const wallPageStyles = css`
  :host { max-inline-size: none; block-size: 100dvh; grid-template-rows: auto auto minmax(0, 1fr); padding-inline: clamp(0.5rem, 1vw, 1.25rem); }
  :host(.scrolls) { block-size: auto; }
  main { grid-template-rows: auto minmax(0, 1fr); align-content: stretch; gap: 0.5rem; padding-block-end: clamp(0.5rem, 1vw, 1.25rem); }
  .full { padding-block-start: clamp(0.5rem, 1vw, 1.25rem); }
  .line { display: flex; align-items: center; gap: 0.5rem 1.25rem; min-inline-size: 0; min-block-size: 2.5rem; }
  h1 { font-size: 1.25rem; font-weight: 680; letter-spacing: -0.025em; }
  .clock { font-size: 1.25rem; font-weight: 560; }
  .sum { display: flex; gap: 0.875rem; white-space: nowrap; color: var(--quiet); }
  .sum .bad { display: inline-flex; align-items: center; gap: 0.25rem; font-weight: 650; color: var(--bad); }
  .sum svg { inline-size: 1em; block-size: 1em; }
  /* As many genres as fit on one line. */
  .genres { flex: 1; display: flex; flex-wrap: wrap; gap: 0 1rem; block-size: 1.5rem; overflow: hidden; min-inline-size: 0; }
  .genres li { display: flex; align-items: center; gap: 0.375rem; line-height: 1.5rem; white-space: nowrap; }
  .genres i { inline-size: 0.75rem; block-size: 0.75rem; border-radius: 0.1875rem; background: var(--colour); }
  .genres b { font-weight: 450; color: var(--quiet); }
  .controls { display: flex; align-items: center; gap: 0.5rem; }
  .controls label { font-size: 0.8125rem; color: var(--quiet); }
  .controls :is(button, select) { display: inline-flex; align-items: center; gap: 0.375rem; min-block-size: 2.25rem; }
  .idle .controls { display: none; }
  .idle { cursor: none; }
  .grid { position: relative; isolation: isolate; display: grid; gap: var(--gap); min-block-size: 0; }
  .old { filter: grayscale(1); opacity: 0.55; }
  .waiting { place-self: center; text-align: center; color: var(--quiet); }
  @media (max-width: 48rem) { .genres { display: none; } .line { flex-wrap: wrap; } .controls { margin-inline-start: auto; } }
  @media (max-width: 30rem) { .controls label span { display: none; } }
`;
