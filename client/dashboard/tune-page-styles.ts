/** Layout of the page that tunes in. */
import { css } from 'lit';

export const tunePageStyles = css`
  h1 { font-size: 1.5rem; font-weight: 680; letter-spacing: -0.025em; }
  .words { display: flex; flex-wrap: wrap; gap: 0.5rem; }
  .words button { display: inline-flex; align-items: center; gap: 0.5rem; border-radius: 1.25rem; }
  .words .dot { inline-size: 0.75rem; block-size: 0.75rem; border-radius: 0.1875rem; background: var(--colour); }
  .words .count { font-weight: 450; color: var(--quiet); font-variant-numeric: tabular-nums; }
  .words [aria-pressed='true'] .count { color: inherit; }
  .now { display: grid; gap: 0.875rem; border-block-start: 0.375rem solid var(--colour, var(--line)); }
  .now .name { font-size: clamp(1.5rem, 5vw, 2.5rem); font-weight: 680; letter-spacing: -0.03em; line-height: 1.15; overflow-wrap: anywhere; }
  .now .name a { color: inherit; text-decoration: none; }
  .now .name a:hover { text-decoration: underline; }
  .now .title { display: flex; align-items: center; gap: 0.5rem; min-block-size: 1.5rem; font-size: 1.0625rem; overflow-wrap: anywhere; }
  .now .says { color: var(--quiet); }
  .buttons { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; }
  .buttons button { display: inline-flex; align-items: center; gap: 0.5rem; }
  .buttons .play { min-inline-size: 7.5rem; justify-content: center; background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
  .play kbd { color: inherit; border-color: currentColor; }
  .play:disabled { background: none; }
  button:disabled { color: var(--quiet); border-color: var(--line); cursor: default; }
  kbd { padding: 0.0625rem 0.375rem; border: 1px solid var(--line); border-radius: 0.25rem; font: 0.75rem ui-monospace, Menlo, Consolas, monospace; color: var(--quiet); }
  @media (hover: none) { kbd { display: none; } }
  .settings { display: flex; flex-wrap: wrap; gap: 0.75rem 1.5rem; font-size: 0.8125rem; color: var(--quiet); }
  .settings label { display: flex; align-items: center; gap: 0.5rem; }
  .settings input { inline-size: 8rem; accent-color: var(--accent); }
  .columns { display: grid; gap: 0.75rem; grid-template-columns: minmax(0, 1fr); align-items: start; }
  .rows li { display: grid; grid-template-columns: 4.25rem minmax(0, 1fr) auto; gap: 0.5rem; padding-block: 0.4375rem; border-block-start: 1px solid var(--line); font-size: 0.875rem; overflow-wrap: anywhere; }
  .rows a { color: inherit; }
  .rows .when, .rows .why { color: var(--quiet); white-space: nowrap; }
  .rows small { display: block; color: var(--quiet); font-size: inherit; }
  .row { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.5rem; margin-block-end: 0.5rem; }
  .note { font-size: 0.875rem; color: var(--quiet); }
  @media (min-width: 64rem) { .columns { grid-template-columns: minmax(0, 7fr) minmax(0, 5fr); } }
`;
