/** Layout of the page of files. */
import { css } from 'lit';

export const filesPageStyles = css`
  .head { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.75rem; }
  h1 { margin: 0; font-size: 1.375rem; font-weight: 650; letter-spacing: -0.02em; }
  .zone { display: grid; justify-items: center; gap: 0.625rem; padding: clamp(2rem, 8vw, 5rem) 1rem; text-align: center; border: 2px dashed var(--control); border-radius: 1rem; }
  .zone p { max-inline-size: 34rem; color: var(--quiet); }
  .zone p:first-of-type { font-size: 1.25rem; font-weight: 620; color: var(--ink); }
  button:disabled { color: var(--quiet); border-color: var(--line); cursor: default; }
  main.over, .zone.over { outline: 2px dashed var(--accent); outline-offset: 0.25rem; border-radius: 1rem; }
  .files { display: grid; gap: 0.375rem; padding: 0; margin: 0; }
  .files li { display: flex; gap: 0.5rem; }
  .files .one { flex: 1; min-inline-size: 0; display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: center; gap: 0.125rem 1rem; text-align: start; padding-block: 0.375rem; }
  .files .one[aria-pressed='true'] { background: var(--surface); color: var(--ink); border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
  .files .name, h2.name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .files .said { color: var(--quiet); font-weight: 450; }
  .files progress { grid-column: 1 / -1; }
  progress { inline-size: 100%; block-size: 0.375rem; appearance: none; border: 0; border-radius: 0.1875rem; overflow: hidden; background: var(--sunken); }
  progress::-webkit-progress-bar { background: var(--sunken); }
  progress::-webkit-progress-value { background: var(--accent); }
  progress::-moz-progress-bar { background: var(--accent); }
  .result { display: grid; gap: 0.75rem; grid-template-columns: minmax(0, 1fr); }
  .steps { display: grid; gap: 0.5rem; }
  .steps p { color: var(--quiet); }
  .sentence { padding: 0.75rem 1rem; border: 1px solid var(--warn); border-radius: 0.75rem; background: var(--surface); overflow-wrap: anywhere; }
  .sentence.bad { border-color: var(--bad); background: var(--bad-surface); }
  .save { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; margin-block-start: 0.75rem; }
  .save .push { flex: 1; }
  .numbers { overflow-x: auto; margin-block-start: 0.75rem; }
  table { border-collapse: collapse; inline-size: 100%; font-size: 0.8125rem; }
  caption { text-align: start; color: var(--quiet); padding-block-end: 0.5rem; }
  th, td { padding: 0.25rem 0.75rem 0.25rem 0; text-align: start; border-block-end: 1px solid var(--line); white-space: nowrap; }
  th.number, td.number { text-align: end; }
  summary { cursor: pointer; font-weight: 550; padding-block: 0.375rem; border-radius: 0.375rem; }
  .pages { display: flex; align-items: center; gap: 0.75rem; margin-block-start: 0.625rem; color: var(--quiet); }

  @media (min-width: 64rem) {
    .result { grid-template-columns: minmax(0, 5fr) minmax(0, 7fr); }
    .result .wide { grid-column: 1 / -1; }
    section { padding: 1.375rem 1.5rem; }
  }
`;
