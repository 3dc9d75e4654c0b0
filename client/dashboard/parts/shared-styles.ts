/** Styles shared by all components: box model, focus, buttons. */
import { css } from 'lit';

export const sharedStyles = css`
  :host { display: block; }
  :host([hidden]), [hidden] { display: none !important; }
  *, *::before, *::after { box-sizing: border-box; }
  h1, h2, p, ul, ol { margin: 0; padding: 0; }
  ul, ol { list-style: none; }
  h2 { font-size: 0.8125rem; font-weight: 600; color: var(--quiet); }
  /* Out of the flow: the canvas's intrinsic size would otherwise stretch its container. */
  .frame { position: relative; overflow: hidden; min-block-size: 0; }
  .frame canvas { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; }
  :focus { outline: none; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
  .visually-hidden {
    position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden;
    clip-path: inset(50%); white-space: nowrap;
  }
  button, select {
    font: inherit; font-weight: 550; color: var(--ink);
    min-block-size: 2.5rem; padding: 0 0.875rem;
    background: var(--surface); border: 1px solid var(--control); border-radius: 0.625rem;
    cursor: pointer;
  }
  button:hover, select:hover { border-color: var(--ink); }
  button[aria-pressed='true'] { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
  svg { inline-size: 1.125rem; block-size: 1.125rem; flex: none; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
  @media (forced-colors: active) { :focus-visible { outline-color: Highlight; } }
`;
