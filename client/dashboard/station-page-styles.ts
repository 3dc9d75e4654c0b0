/** Layout of the page of one station. */
import { css } from 'lit';

export const stationPageStyles = css`
  .head { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: end; gap: 0.375rem 1rem; padding-block-end: 0.25rem; }
  .back { font-size: 0.8125rem; color: var(--quiet); text-decoration: none; }
  .back::before { content: '← '; }
  .back:hover { color: var(--ink); text-decoration: underline; }
  h1 { font-size: 1.75rem; font-weight: 680; letter-spacing: -0.025em; line-height: 1.2; overflow-wrap: anywhere; }
  .buttons { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 0.5rem; }
  .status { grid-column: 1 / -1; display: flex; flex-wrap: wrap; align-items: center; gap: 0.375rem 0.75rem; min-block-size: 1.5rem; font-size: 0.875rem; color: var(--quiet); }
  .status .mark { font-size: 0.9375rem; }
  .playing { display: inline-flex; align-items: center; gap: 0.375rem; min-inline-size: 0; max-inline-size: 100%; color: var(--ink); }
  .playing span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .playing svg { inline-size: 1rem; block-size: 1rem; color: var(--quiet); }
  .reason { grid-column: 1 / -1; display: grid; gap: 0.375rem; padding: 0.75rem 1rem; border: 1px solid var(--bad); border-radius: 0.75rem; background: var(--bad-surface); overflow-wrap: anywhere; }
  .reason summary { font-size: 0.8125rem; color: var(--quiet); cursor: pointer; }
  pre { margin: 0.5rem 0 0; overflow-x: auto; font: 0.75rem/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; }
  .past h2:not(:first-child) { margin-block-start: 1rem; }
  .past h2 { margin-block-end: 0.375rem; }
  genre-ribbon { --ribbon-size: 5.875rem; }
  genre-ribbon.day { --ribbon-size: 4.875rem; }
  .legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.125rem; margin-block-start: 0.625rem; font-size: 0.75rem; color: var(--quiet); }
  .legend span { display: inline-flex; align-items: center; gap: 0.375rem; }
  .legend span::before { content: ''; inline-size: 1.5rem; block-size: 0.75rem; border-radius: 0.1875rem; background: var(--sunken); }
  .legend .speech::before { background: repeating-linear-gradient(135deg, color-mix(in srgb, var(--control) 60%, transparent) 0 0.125rem, var(--sunken) 0.125rem 0.3125rem); }
  .legend .silence::before { background: radial-gradient(circle, var(--control) 0.0625rem, transparent 0.09375rem) 0 0.25rem / 0.375rem 0.75rem, var(--sunken); }
  .legend .down::before { background: repeating-linear-gradient(45deg, color-mix(in srgb, var(--bad) 80%, transparent) 0 0.0625rem, color-mix(in srgb, var(--bad) 22%, transparent) 0.0625rem 0.25rem); }
  .legend .alert::before { block-size: 0.25rem; border-radius: 0; background: var(--bad); }
  .row { display: flex; align-items: center; justify-content: space-between; gap: 1rem; margin-block-end: 0.75rem; }
  .row select { min-block-size: 2rem; font-size: 0.8125rem; padding: 0 0.5rem; }
  .lists { display: grid; gap: 1.25rem 2rem; align-content: start; }
  .lists h2 { margin-block-end: 0.375rem; }
  .rows li { display: grid; grid-template-columns: 4.25rem minmax(0, 1fr); gap: 0.5rem; padding-block: 0.375rem; border-block-start: 1px solid var(--line); font-size: 0.875rem; overflow-wrap: anywhere; }
  .rows .when { color: var(--quiet); white-space: nowrap; }
  .rows small { color: var(--quiet); font-size: inherit; }
  .rows em { font-style: normal; font-weight: 600; color: var(--bad); }
  .note { font-size: 0.875rem; color: var(--quiet); }
  .poster { grid-column: 1 / -1; }
  .files p { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; font-size: 0.875rem; }
  a { color: var(--accent); }
  .url { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-inline-size: 100%; }
  .missing { place-content: center; text-align: center; gap: 0.5rem; }
  @media (max-width: 40rem) {
    .head { grid-template-columns: minmax(0, 1fr); }
    .buttons { justify-content: flex-start; order: 1; }
  }
  @media (min-width: 48rem) {
    .lists { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
    .files { grid-column: 1 / -1; }
  }
  @media (min-width: 64rem) {
    main { grid-template-columns: minmax(0, 5fr) minmax(0, 7fr); }
    .missing { grid-template-columns: minmax(0, 1fr); }
    .head, .sound, .past { grid-column: 1 / -1; }
    .sound { grid-template-rows: 3.5rem 12rem; }
    section { padding: 1.25rem 1.5rem; }
  }
`;
