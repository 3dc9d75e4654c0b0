/** Layout of the page of all stations. */
import { css } from 'lit';

export const stationsPageStyles = css`
  .head { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.75rem; min-block-size: 2.5rem; }
  h1 { font-size: 1.5rem; font-weight: 680; letter-spacing: -0.025em; }
  button, .button { display: inline-flex; align-items: center; gap: 0.375rem; }
  .buttons { display: flex; gap: 0.5rem; }
  .button { min-block-size: 2.5rem; padding: 0 0.875rem; font-weight: 550; color: var(--ink); text-decoration: none; background: var(--surface); border: 1px solid var(--control); border-radius: 0.625rem; }
  .button:hover { border-color: var(--ink); }
  .add { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
  .tools { display: flex; flex-wrap: wrap; align-items: center; gap: 0.625rem; }
  input[type='search'] { flex: 0 1 18rem; min-inline-size: 0; min-block-size: 2.5rem; padding: 0 0.875rem; font: inherit; color: var(--ink); background: var(--surface); border: 1px solid var(--control); border-radius: 0.625rem; }
  input::placeholder { color: var(--quiet); opacity: 1; }
  .kinds { display: flex; flex-wrap: wrap; gap: 0.375rem; }
  .kinds button { min-block-size: 2rem; padding: 0 0.75rem; border-radius: 1rem; font-size: 0.8125rem; }
  .kinds button:not([aria-pressed='true']):is(.failing, .stalled, .alerts) { color: var(--bad); border-color: color-mix(in srgb, var(--bad) 60%, transparent); }
  .playing, .order { display: flex; align-items: center; gap: 0.5rem; font-size: 0.8125rem; color: var(--quiet); }
  .playing { margin-inline-start: auto; }
  .playing select, .order select { max-inline-size: 11rem; }
  .grid { display: grid; gap: 0.75rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17.5rem), 1fr)); }
  /* Cards outside the viewport are neither laid out nor painted; all have this height. */
  station-card { content-visibility: auto; contain-intrinsic-size: auto 11.25rem; }
  .old { filter: grayscale(1); opacity: 0.55; }
  .waiting { padding: 3rem 0; text-align: center; color: var(--quiet); }
  .none { display: grid; justify-items: center; gap: 0.875rem; padding: clamp(1.5rem, 6vh, 4rem) 1rem; text-align: center; color: var(--quiet); }
  .none > svg { inline-size: 3.5rem; block-size: 3.5rem; stroke-width: 1.25; color: var(--accent); }
  .none h2 { font-size: 1.375rem; font-weight: 650; letter-spacing: -0.02em; color: var(--ink); }
  .none p { max-inline-size: 36rem; }
  pre { max-inline-size: 100%; margin: 0; padding: 0.875rem 1.125rem; overflow-x: auto; text-align: start; font: 0.8125rem/1.6 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; color: var(--ink); background: var(--surface); border: 1px solid var(--line); border-radius: 0.75rem; }
  code { font: 0.9em ui-monospace, 'SF Mono', Menlo, Consolas, monospace; color: var(--ink); }
  @media (max-width: 40rem) {
    input[type='search'] { flex: 1 1 100%; }
    .playing { margin-inline-start: 0; }
    .playing, .order { flex: 1 1 9rem; }
    .playing select, .order select { flex: 1; min-inline-size: 0; }
  }
`;
