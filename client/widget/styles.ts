/**
 * Styles of the widget in three sizes, light and dark. What a page may change is a custom property
 * `--live-genre-…`, each read in one place below; sizes are in em, so they follow the surrounding text.
 * Comments stand in `${…''}`, which keeps them out of what browsers load.
 */

export const STYLES = `
:host {
  all: initial; display: block; font-size: inherit; direction: inherit; visibility: inherit; color-scheme: inherit;
  min-inline-size: 0; max-inline-size: 26em;
}
:host([size='line']) { max-inline-size: 48em; }
:host([size='badge']) { display: inline-block; max-inline-size: 100%; vertical-align: middle; }
${/* A size container has no intrinsic width and would collapse in a flex row: invisible text that breaks anywhere gives it a width that can shrink. */''}
:host::before { content: '${'M'.repeat(24)}'; display: block; block-size: 0; overflow: hidden; visibility: hidden; word-break: break-all; }
:host([size='line'])::before { content: '${'M'.repeat(36)}'; }
:host([size='badge'])::before { content: none; }
.frame { container-type: inline-size; }
:host([size='badge']) .frame { container-type: normal; }
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
${/* On a page without a color-scheme: follow the system. */''}
.root.as-system { color-scheme: light dark; }

.name, .note, .sure, .playing { color: var(--quiet); }
.name, .genre, .note, .label, .playing { unicode-bidi: plaintext; }
.root:dir(rtl) :is(.name, .genre, .note, .label, .playing) { text-align: right; }
${/* "64 % sure" reads left to right even in a right-to-left page. */''}
.confidence:lang(en), .p { direction: ltr; unicode-bidi: isolate; }
.name, .playing, .label { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; min-inline-size: 0; }
.state, .confidence { display: flex; white-space: nowrap; }
.state { align-items: center; gap: 0.4em; }
.confidence { align-items: baseline; gap: 0.3em; }
.dot { flex: none; inline-size: 0.5625em; block-size: 0.5625em; border: 0.125em solid var(--quiet); rotate: 45deg; }
.is-live .dot { border-radius: 50%; border-color: var(--lit); background: var(--lit); }
.genre { font-weight: 680; overflow-wrap: anywhere; }
.root:not(.has-genre) .genre { font-weight: 600; color: var(--quiet); }
.root:not(.has-genre) .confidence { display: none; }
.percent { font-weight: 600; }
.level { display: flex; gap: 0.125em; flex: none; inline-size: 6em; block-size: 1.25em; }
.root:not(.is-live) .level { visibility: hidden; }
${/* Scaled, not resized: three times a second without a layout. */''}
.level i { flex: 1; scale: 1 max(0.15, var(--level, 0)); transform-origin: bottom; border-radius: 0.0625em; background: var(--lit); }
.button {
  font: inherit; font-weight: 600; line-height: 1.2; color: var(--text); background: transparent; cursor: pointer;
  padding: 0.5em 0.9em; border: 1px solid var(--control); border-radius: calc(var(--radius) * 0.7);
}
.button:hover { border-color: var(--text); }
.button:focus-visible { outline: 2px solid var(--text); outline-offset: 2px; }
.announcement { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.card { padding: 1.125em 1.25em; }
.card .head { display: flex; align-items: center; gap: 1em; min-block-size: 1.4em; font-size: 0.8125em; font-weight: 600; }
.card .name { flex: 1; }
.card:not(.is-live) .state { visibility: hidden; }
.card .now { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 1em; margin-block: 0.625em 0.875em; min-block-size: calc(1.2 * clamp(1.625em, 10cqi, 2.375em)); }
.card .genre { font-size: clamp(1.625em, 10cqi, 2.375em); letter-spacing: -0.03em; line-height: 1.15; }
.card:not(.has-genre) .genre { font-size: clamp(1.5em, 8cqi, 1.875em); }
.card .percent { font-size: 1.375em; letter-spacing: -0.02em; }
.card .sure { font-size: 0.875em; }
${/* The note takes the place of the bars, so that the height stays the same. */''}
.card .body { display: grid; }
.card .note, .card .bars { grid-area: 1 / 1; }
.card .note { font-size: 0.875em; }
.bars { list-style: none; display: grid; grid-template-columns: minmax(0, 1fr); min-inline-size: 0; gap: 0.375em; font-size: 0.8125em; }
.bars.empty { visibility: hidden; }
.row { display: grid; grid-template-columns: minmax(0, 5.5em) 1fr 2.75em; align-items: center; gap: 0.75em; min-block-size: 1.4em; color: var(--quiet); }
.row.empty:not(.also) { visibility: hidden; }
.row.leads { color: var(--text); font-weight: 620; }
.p { text-align: end; white-space: nowrap; }
.track { block-size: 0.5em; border-radius: 0.25em; overflow: hidden; background: var(--sunken); }
.fill { display: block; block-size: 100%; border-radius: inherit; background: var(--control); translate: calc(var(--p, 0) * 100% - 100%); transition: translate 0.3s steps(5); }
:dir(rtl) > .fill { translate: calc(100% - var(--p, 0) * 100%); }
.leads .fill { background: var(--lit); }
.also, .also .label { display: block; }
.also :not(.label) { display: none; }
.card .playing { display: block; margin-block-start: 0.875em; padding-block-start: 0.75em; border-block-start: 1px solid var(--border); min-block-size: 2.2em; font-size: 0.875em; }
.card .playing:empty { border-color: transparent; }
.card .button { margin-block-start: 0.875em; inline-size: 100%; font-size: 0.9375em; }
@container (max-width: 15em) {
  .card { padding: 0.875em; }
  .card .level { display: none; }
  .row { grid-template-columns: minmax(0, 1fr) auto; gap: 0.125em 0.5em; }
  .row .track { grid-area: 2 / 1 / 3 / -1; }
  .row .p { grid-area: 1 / 2; }
}

.line, .badge { display: flex; align-items: baseline; gap: 0.75em; }
.line :is(.head, .now, .body, .foot), .badge :is(.head, .now, .body, .foot) { display: contents; }
:is(.line, .badge) :is(.bars, .sure, .live), .badge :is(.name, .note, .playing, .level) { display: none; }
:is(.line, .badge) .state { order: -1; align-self: center; }
.line { padding: 0.6em 1em; }
.line .name { flex: 0 3 auto; min-inline-size: 2.5em; font-size: 0.875em; font-weight: 600; }
.line .genre { min-inline-size: 0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; font-size: 1.125em; letter-spacing: -0.01em; }
.line :is(.note, .playing) { flex: 1; font-size: 0.875em; }
.line .note { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.line .note:empty { display: none; }
.line .level { order: 1; align-self: center; margin-inline-start: auto; }
.line:not(.is-live) .level { display: none; }
.line .button { flex: none; order: 2; padding-block: 0.15em; }
@container (max-width: 34em) { .line .playing, .line .note { display: none; } }
@container (max-width: 22em) { .line .name, .line .level { display: none; } }

.badge { display: inline-flex; gap: 0.45em; max-inline-size: 100%; padding: 0.1em 0.7em; border-radius: var(--live-genre-radius, 10em); font-size: 0.9375em; }
.badge .genre { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.badge .percent { font-weight: 400; color: var(--quiet); }
.badge .button { order: 1; padding: 0 0 0 0.6em; border: 0; border-inline-start: 1px solid var(--border); border-radius: 0; }
.badge .button:hover { text-decoration: underline; }
.badge[data-state='idle'] { padding: 0; }
.badge[data-state='idle'] :is(.state, .genre) { display: none; }
.badge[data-state='idle'] .button { padding: 0.1em 0.7em; border: 0; border-radius: inherit; line-height: inherit; }

@media (prefers-reduced-motion: reduce) { .fill { transition: none; } }
@media (forced-colors: active) {
  .dot { border-color: CanvasText; }
  .is-live .dot, .fill, .level i { background: CanvasText; }
  .leads .fill { background: Highlight; }
  .track { outline: 1px solid CanvasText; }
  .button:focus-visible { outline-color: Highlight; }
}
`;
