/** Styles of dialogs with forms. */
import { css } from 'lit';

export const dialogStyles = css`
  dialog { max-block-size: calc(100dvh - 2rem); padding: 0; overflow: auto; color: var(--ink); background: var(--surface); border: 1px solid var(--control); border-radius: 1rem; box-shadow: 0 1rem 3rem rgb(0 0 0 / 30%); }
  dialog::backdrop { background: rgb(5 10 15 / 55%); }
  form { display: grid; gap: 1rem; padding: 1.375rem 1.5rem; }
  dialog h2 { font-size: 1.25rem; font-weight: 650; letter-spacing: -0.02em; color: var(--ink); }
  dialog p { color: var(--quiet); font-size: 0.875rem; }
  .field { display: grid; gap: 0.3125rem; font-size: 0.8125rem; font-weight: 600; }
  .field small { font-weight: 400; font-size: 0.8125rem; color: var(--quiet); }
  input, textarea { font: inherit; font-weight: 400; color: var(--ink); background: var(--page); border: 1px solid var(--control); border-radius: 0.625rem; }
  input:not([type='checkbox']) { min-block-size: 2.5rem; padding: 0 0.75rem; min-inline-size: 0; }
  textarea { padding: 0.5rem 0.75rem; resize: vertical; }
  input[type='checkbox'] { inline-size: 1.125rem; block-size: 1.125rem; margin: 0; accent-color: var(--accent); flex: none; }
  [aria-invalid='true'] { border-color: var(--bad); }
  dialog .wrong { color: var(--bad); font-weight: 550; }
  dialog p:empty { display: none; }
  .actions { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 0.5rem; }
  .actions .first { margin-inline-end: auto; }
  button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
  button.danger { color: var(--bad); border-color: var(--bad); }
  button:disabled { opacity: 0.6; cursor: default; }
`;
