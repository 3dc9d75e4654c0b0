/** Layout of the page of the library: one column, from 64 rem on genres, tracks and one track side by side. */
import { css } from 'lit';

export const libraryPageStyles = css`
  .head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.25rem 1rem; }
  h1 { margin: 0; font-size: 1.375rem; font-weight: 650; letter-spacing: -0.02em; }
  .head p { color: var(--quiet); }
  .tools { display: flex; flex-wrap: wrap; gap: 0.5rem; }
  .tools input { font: inherit; color: var(--ink); flex: 1 1 16rem; min-inline-size: 0; min-block-size: 2.5rem; padding: 0 0.875rem; background: var(--surface); border: 1px solid var(--control); border-radius: 0.625rem; }
  .tools input::placeholder { color: var(--quiet); opacity: 1; }
  .tools select { max-inline-size: 100%; }
  .views { display: flex; }
  .views button { border-radius: 0; margin-inline-start: -1px; }
  .views button:first-child { border-radius: 0.625rem 0 0 0.625rem; margin: 0; }
  .views button:last-child { border-radius: 0 0.625rem 0.625rem 0; }
  .body { display: grid; gap: 0.75rem; grid-template-columns: minmax(0, 1fr); min-block-size: 0; }
  .genres summary { cursor: pointer; font-weight: 560; border-radius: 0.375rem; }
  .genres details[open] summary { margin-block-end: 0.5rem; }
  .tracks { display: grid; grid-template-rows: auto minmax(0, 1fr); gap: 0.5rem; padding: 0.5rem; block-size: 34rem; max-block-size: calc(100dvh - 5rem); min-block-size: 18rem; }
  .tracks .found { padding: 0.25rem 0.5rem 0; font-size: 0.8125rem; color: var(--quiet); }
  .state { display: grid; place-content: center; justify-items: center; gap: 0.75rem; padding: 2rem 1rem; text-align: center; color: var(--quiet); }
  .zone { display: grid; justify-items: center; gap: 0.625rem; padding: clamp(2rem, 8vw, 5rem) 1rem; text-align: center; border: 2px dashed var(--control); border-radius: 1rem; }
  .zone p { max-inline-size: 38rem; color: var(--quiet); }
  .zone p:first-of-type { font-size: 1.25rem; font-weight: 620; color: var(--ink); }
  code { font-size: 0.875em; padding: 0.125rem 0.375rem; border-radius: 0.375rem; background: var(--sunken); overflow-wrap: anywhere; }
  track-player { position: fixed; z-index: 3; inset-inline: 0.75rem; inset-block-end: 0.75rem; max-inline-size: 60rem; margin-inline: auto; }
  .playing { padding-block-end: 6rem; }
  .one { position: fixed; z-index: 2; inset-inline: 0; inset-block: auto 0; max-block-size: 80dvh; overflow: auto; border-radius: 1rem 1rem 0 0; border-color: var(--control); box-shadow: 0 -6px 24px rgb(0 0 0 / 18%); }
  .playing .one { padding-block-end: 7rem; }

  @media (min-width: 64rem) {
    .body { grid-template-columns: 19rem minmax(0, 1fr); align-items: start; }
    .body.open { grid-template-columns: 17rem minmax(0, 1fr) 23rem; }
    .tracks { block-size: calc(100dvh - 13.5rem); max-block-size: none; }
    .genres, .one { max-block-size: calc(100dvh - 13.5rem); overflow: auto; }
    .one { position: static; border-radius: 0.875rem; border-color: var(--line); box-shadow: var(--shadow); }
    .playing .one { padding-block-end: 1.125rem; }
    .playing :is(.tracks, .genres, .one) { max-block-size: calc(100dvh - 17.5rem); }
    .playing .tracks { block-size: calc(100dvh - 17.5rem); }
    .playing { padding-block-end: 0; }
  }
`;
