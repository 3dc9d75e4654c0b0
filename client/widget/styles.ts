/**
 * How a widget looks, in three sizes, light and dark. What a page may change is a custom property
 * `--live-genre-…`, read in one place below; sizes are in em, so a widget follows the text around it.
 */

export const STYLES = `
:host {
  all: initial; display: block; font-size: inherit; direction: inherit; visibility: inherit; color-scheme: inherit;
  container-type: inline-size; contain-intrinsic-inline-size: 20em; max-inline-size: 26em;
}
:host([size='line']) { max-inline-size: 48em; contain-intrinsic-inline-size: 30em; }
:host([size='badge']) { display: inline-block; container-type: normal; max-inline-size: 100%; vertical-align: middle; }
:host([theme='light']) { color-scheme: light; }
:host([theme='dark']) { color-scheme: dark; }
:host([hidden]), [hidden] { display: none !important; }
* { box-sizing: border-box; margin: 0; padding: 0; }

.root {
  --background: var(--live-genre-background, light-dark(#ffffff, #151b22));
  --text: var(--live-genre-text, light-dark(#14191f, #e8edf2));
  --quiet: var(--live-genre-quiet, light-dark(#55616d, #9ba8b5));
  --border: var(--live-genre-border, light-dark(#dde3e8, #2c3742));
  --sunken: var(--live-genre-track, light-dark(#e6eaee, #26303a));
  --control: light-dark(#8592a0, #65727f);
  --lit: var(--live-genre-accent, var(--colour, light-dark(#0b7468, #56cdb8)));
  --radius: var(--live-genre-radius, 0.875em);
  position: relative; color: var(--text); background: var(--background);
  border: 1px solid var(--border); border-radius: var(--radius);
  font: 1em/1.4 var(--live-genre-font, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif);
  font-variant-numeric: tabular-nums; text-align: start;
}
/* On a page that says nothing of its colours: as the system has it. */
.root.as-system { color-scheme: light dark; }

.name, .note, .sure, .playing { color: var(--quiet); }
.name, .playing, .label { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; min-inline-size: 0; }
.state, .confidence { display: flex; white-space: nowrap; }
.state { align-items: center; gap: 0.4em; }
.confidence { align-items: baseline; gap: 0.3em; }
.dot { flex: none; inline-size: 0.5625em; block-size: 0.5625em; border: 0.125em solid var(--quiet); rotate: 45deg; }
.is-live .dot { border-radius: 50%; border-color: var(--lit); background: var(--lit); }
.genre { font-weight: 680; overflow-wrap: anywhere; }
.root:not(.has-genre) .genre { font-weight: 600; color: var(--quiet); }
.percent { font-weight: 600; }
.level { display: flex; align-items: end; gap: 0.125em; inline-size: 6.125em; block-size: 1.5em; }
.level i { flex: 1; min-block-size: 0.1875em; block-size: calc(var(--level, 0) * 100%); border-radius: 0.0625em; background: var(--sunken); }
.is-live .level i { background: var(--lit); }
.button {
  font: inherit; font-weight: 600; line-height: 1.2; color: var(--text); background: transparent; cursor: pointer;
  padding: 0.5em 0.9em; border: 1px solid var(--control); border-radius: calc(var(--radius) * 0.7);
}
.button:hover { border-color: var(--text); }
.button:focus-visible { outline: 2px solid var(--text); outline-offset: 2px; }
.said { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.card { padding: 1.125em 1.25em; }
.card .head { display: flex; justify-content: space-between; gap: 1em; min-block-size: 1.3em; font-size: 0.8125em; font-weight: 600; }
.card:not(.is-live) .state { visibility: hidden; }
.card .now { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 1em; margin-block: 0.625em 0.875em; }
.card .genre { font-size: clamp(1.625em, 10cqi, 2.375em); letter-spacing: -0.03em; line-height: 1.15; }
.card .percent { font-size: 1.375em; letter-spacing: -0.02em; }
.card .sure { font-size: 0.875em; }
/* The sentence lies where the bars were: nothing on the page moves. */
.card .body { display: grid; }
.card .note, .card .bars { grid-area: 1 / 1; }
.card .note { font-size: 0.875em; }
.bars { list-style: none; display: grid; gap: 0.375em; font-size: 0.8125em; }
.bars.empty { visibility: hidden; }
.row { display: grid; grid-template-columns: minmax(0, 5.5em) 1fr 2.75em; align-items: center; gap: 0.75em; min-block-size: 1.4em; color: var(--quiet); }
.row.leads { color: var(--text); font-weight: 620; }
.p { text-align: end; white-space: nowrap; }
.track { block-size: 0.5em; border-radius: 0.25em; overflow: hidden; background: var(--sunken); }
.fill { display: block; block-size: 100%; inline-size: calc(var(--p, 0) * 100%); border-radius: inherit; background: var(--control); transition: inline-size 0.3s linear; }
.leads .fill { background: var(--lit); }
.card .foot { display: flex; align-items: end; gap: 1em; margin-block-start: 1em; font-size: 0.875em; }
.card .playing { flex: 1; }
.card .level { margin-inline-start: auto; }
@container (max-width: 15em) {
  .card { padding: 0.875em; }
  .card .foot { flex-wrap: wrap; }
  .card .playing { flex-basis: 100%; }
  .row { grid-template-columns: minmax(0, 1fr) auto; gap: 0.125em 0.5em; }
  .row .track { grid-area: 2 / 1 / 3 / -1; }
  .row .p { grid-area: 1 / 2; }
}

.line, .badge { display: flex; align-items: center; gap: 0.75em; }
.line :is(.head, .now, .body, .foot), .badge :is(.head, .now, .body, .foot) { display: contents; }
:is(.line, .badge) :is(.bars, .sure, .live), .badge :is(.name, .note, .playing, .level) { display: none; }
:is(.line, .badge) .state { order: -1; }
.line { padding: 0.5em 1em; min-block-size: 3em; }
.line .name { flex: 0 1 auto; font-size: 0.875em; font-weight: 600; }
.line .genre { flex: none; font-size: 1.125em; letter-spacing: -0.01em; }
.line :is(.note, .playing) { flex: 1; font-size: 0.875em; }
.line .note { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.line .note:empty { display: none; }
.line .level { flex: none; margin-inline-start: auto; }
.line .button { flex: none; order: 1; padding-block: 0.3em; }
@container (max-width: 34em) { .line .playing, .line .note { display: none; } }
@container (max-width: 22em) { .line .name, .line .level { display: none; } .line .genre { flex: 0 1 auto; } }

.badge { display: inline-flex; gap: 0.45em; max-inline-size: 100%; padding: 0.1em 0.7em; border-radius: var(--live-genre-radius, 10em); font-size: 0.9375em; }
.badge .genre { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.badge .percent { font-weight: 400; color: var(--quiet); }
.badge .button { order: 1; padding: 0 0.5em; border-radius: inherit; margin-inline-end: -0.35em; font-size: 0.9em; }
.badge[data-state='idle'] :is(.state, .genre) { display: none; }
.badge[data-state='idle'] .button { margin-inline: -0.35em; }

@media (prefers-reduced-motion: reduce) { .fill { transition: none; } }
@media (forced-colors: active) {
  .dot { border-color: CanvasText; }
  .is-live .dot, .fill, .is-live .level i { background: CanvasText; }
  .leads .fill { background: Highlight; }
  .track { outline: 1px solid CanvasText; }
  .button:focus-visible { outline-color: Highlight; }
}
`;
