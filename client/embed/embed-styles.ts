/** Layout of the embed page: choices and preview side by side, one column on a phone. */
import { css } from 'lit';

export const embedStyles = css`
  :host { display: grid; grid-template-rows: auto 1fr; min-block-size: 100dvh; max-inline-size: 80rem; margin-inline: auto; padding-inline: clamp(0.75rem, 2vw, 2rem); padding-block-end: 2rem; box-sizing: border-box; }
  header { display: flex; align-items: center; justify-content: space-between; gap: 1rem; padding-block: 0.875rem; }
  header a { display: flex; align-items: center; gap: 0.5rem; font-size: 1.125rem; font-weight: 680; letter-spacing: -0.02em; color: inherit; text-decoration: none; }
  header .end { display: flex; align-items: center; gap: 0.5rem; }
  header svg { inline-size: 1.375rem; block-size: 1.375rem; fill: var(--accent); stroke: none; }
  h1 { font-size: clamp(1.5rem, 4vw, 2.125rem); font-weight: 680; letter-spacing: -0.03em; line-height: 1.15; }
  .lead { color: var(--quiet); margin-block-start: 0.375rem; max-inline-size: 44rem; }
  main { display: grid; gap: 0.75rem; align-content: start; grid-template-columns: minmax(0, 1fr); }
  .title { padding-block: 0.75rem 0.5rem; }
  section { padding: 1.25rem; background: var(--surface); border: 1px solid var(--line); border-radius: 0.875rem; box-shadow: var(--shadow); min-inline-size: 0; }
  section h2 { color: var(--ink); font-size: 0.9375rem; font-weight: 650; margin-block-end: 0.75rem; }
  .choices { display: grid; gap: 1.125rem; align-content: start; }
  fieldset { border: 0; margin: 0; padding: 0; min-inline-size: 0; }
  legend, .choices > label > span { padding: 0; font-size: 0.8125rem; font-weight: 600; color: var(--quiet); margin-block-end: 0.375rem; display: block; }
  select, input[type='text'] { inline-size: 100%; min-block-size: 2.5rem; font: inherit; color: var(--ink); background: var(--surface); border: 1px solid var(--control); border-radius: 0.625rem; padding: 0 0.75rem; }
  .segments { display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; padding: 0.1875rem; gap: 0.1875rem; background: var(--sunken); border-radius: 0.75rem; }
  .segments label { position: relative; display: grid; place-items: center; min-block-size: 2.125rem; border-radius: 0.5625rem; font-weight: 550; cursor: pointer; }
  .segments input { position: absolute; inset: 0; opacity: 0; margin: 0; cursor: pointer; }
  .segments label:has(:checked) { background: var(--surface); box-shadow: 0 1px 3px rgb(0 0 0 / 18%); font-weight: 650; }
  .segments label:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 1px; }
  .rows { display: grid; gap: 0.375rem; }
  .row { display: flex; align-items: center; gap: 0.625rem; min-block-size: 2.25rem; }
  .row > label:first-child { display: flex; align-items: center; gap: 0.625rem; flex: 1; }
  input[type='checkbox'] { inline-size: 1.125rem; block-size: 1.125rem; accent-color: var(--accent); margin: 0; }
  input[type='range'] { inline-size: 8rem; accent-color: var(--accent); }
  input[type='color'] { inline-size: 3rem; block-size: 2rem; padding: 0.125rem; border: 1px solid var(--control); border-radius: 0.5rem; background: var(--surface); cursor: pointer; }
  .stages { display: grid; gap: 0.75rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); }
  .stage { display: grid; align-content: start; gap: 0.875rem; padding: 1.25rem 1rem; min-inline-size: 0; border: 1px solid var(--line); border-radius: 0.75rem; }
  .stage.wide { grid-column: 1 / -1; }
  .stage.light { color-scheme: light; background: #f4f6f7; color: #55616d; }
  .stage.dark { color-scheme: dark; background: #0d1116; color: #9ba8b5; }
  .stage p { font-size: 0.8125rem; }
  .stage live-genre { color: initial; }
  pre { margin: 0; padding: 0.875rem 1rem; overflow-wrap: anywhere; white-space: pre-wrap; font: 0.8125rem/1.6 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; background: var(--sunken); border-radius: 0.625rem; }
  code { font: 0.875em ui-monospace, 'SF Mono', Menlo, Consolas, monospace; overflow-wrap: anywhere; }
  pre code { font: inherit; }
  .copy { display: flex; align-items: center; gap: 0.875rem; margin-block-start: 0.75rem; flex-wrap: wrap; }
  .copy button { background: var(--accent); border-color: var(--accent); color: var(--on-accent); min-inline-size: 7.5rem; }
  .done, .fine { color: var(--good); }
  .warn { color: var(--warn); }
  .copy ~ .warn { margin-block-start: 0.75rem; }
  .text { display: grid; gap: 0.75rem; }
  .advice { margin-block-start: 0.75rem; }
  .text label { display: grid; gap: 0.25rem; }
  .text ul { display: flex; flex-wrap: wrap; gap: 0.375rem; }
  .text li { padding: 0.125rem 0.625rem; border-radius: 1rem; background: var(--sunken); }
  .text label span { font-size: 0.8125rem; font-weight: 600; color: var(--quiet); }
  .pair { display: grid; gap: 0.75rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
  dl { display: grid; grid-template-columns: minmax(0, auto) minmax(0, 1fr); gap: 0.375rem 1.25rem; margin: 0; }
  dd { margin: 0; color: var(--quiet); }
  @media (min-width: 56rem) {
    main { grid-template-columns: minmax(18rem, 3fr) minmax(0, 7fr); }
    .title, .pair { grid-column: 1 / -1; }
    .choices { grid-row: span 2; }
    section { padding: 1.375rem 1.5rem; }
  }
  @media (max-width: 30rem) { dl { grid-template-columns: minmax(0, 1fr); } dd { margin-block-end: 0.5rem; } }
  @media (forced-colors: active) { .segments label:has(:checked) { outline: 2px solid Highlight; } }
`;
