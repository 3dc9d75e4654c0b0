/** Stylesheet of the report: light, dark, narrow, wide, print. */
import { Markup } from './html.js';

export const STYLE = new Markup(`
:root {
  color-scheme: light dark;
  --page: #f4f6f7; --surface: #fff; --ink: #14191f; --quiet: #55616d; --line: #dde3e8; --axis: #8592a0;
  --first: #0b7468; --second: #b0470c; --link: #0b7468; --cell-most: 68%; --cell-wrong: 60%;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1116; --surface: #151b22; --ink: #e8edf2; --quiet: #9ba8b5; --line: #26303a; --axis: #65727f;
    --first: #56cdb8; --second: #f4a56a; --link: #7fdccb; --cell-most: 46%; --cell-wrong: 44%;
  }
}
@media print { :root { --page: #fff; color-scheme: light; } section { break-inside: avoid; } }
* { box-sizing: border-box; }
html { background: var(--page); scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body {
  margin: 0 auto; padding: 1.5rem clamp(1rem, 4vw, 3rem) 4rem; max-width: 76rem; color: var(--ink); background: var(--page);
  font: 1rem/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif; font-variant-numeric: tabular-nums; text-size-adjust: 100%;
}
h1 { margin: 0; font-size: clamp(1.7rem, 4vw, 2.4rem); line-height: 1.15; letter-spacing: -0.02em; text-wrap: balance; overflow-wrap: anywhere; }
h2 { margin: 0 0 .35rem; font-size: 1.3rem; line-height: 1.25; letter-spacing: -0.01em; }
h3 { margin: 1.25rem 0 .25rem; font-size: 1rem; line-height: 1.35; overflow-wrap: anywhere; }
p { margin: 0 0 .75rem; max-width: 46rem; text-wrap: pretty; }
a { color: var(--link); text-underline-offset: .15em; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.quiet, figcaption, caption, .legend { color: var(--quiet); }
header p { margin: .4rem 0 0; }
nav ul { display: flex; flex-wrap: wrap; gap: .15rem 1.1rem; margin: 1rem 0 0; padding: 0; list-style: none; font-size: .9rem; }
section { margin-top: 1.25rem; padding: clamp(1rem, 2.5vw, 1.75rem); background: var(--surface); border: 1px solid var(--line); border-radius: .75rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 9.5rem), 1fr)); gap: 1px; margin: 1.25rem 0 0; padding: 0; background: var(--surface); border: 1px solid var(--line); border-radius: .75rem; overflow: hidden; }
.tiles > div { padding: .8rem 1rem; box-shadow: 0 0 0 1px var(--line); display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.tiles dt { font-size: .82rem; line-height: 1.35; color: var(--quiet); }
.tiles dd { margin: 0; font-size: 1.45rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.02em; }
.tiles dd small { display: block; font-size: .78rem; font-weight: 400; letter-spacing: 0; color: var(--quiet); }
.side { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 23rem), 1fr)); gap: 1.25rem 2rem; align-items: start; margin-top: .75rem; }
.side > * { min-width: 0; }
figure { margin: 0; max-width: 34rem; }
figure h3 { margin-top: 0; }
figcaption { font-size: .85rem; line-height: 1.45; }
.chart { display: block; width: 100%; height: auto; overflow: visible; }
.chart text { font: 12px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; fill: var(--ink); }
.chart .tick, .chart .label { fill: var(--quiet); }
.chart .name { paint-order: stroke; stroke: var(--surface); stroke-width: 3px; stroke-linejoin: round; }
.chart .name.first { fill: var(--first); }
.chart .name.second { fill: var(--second); }
.grid { stroke: var(--line); fill: none; }
.axis { stroke: var(--axis); fill: none; }
.reference { stroke: var(--axis); stroke-dasharray: 2 4; fill: none; }
.curve { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.curve.first { stroke: var(--first); }
.curve.second { stroke: var(--second); stroke-dasharray: 6 4; }
.mark { stroke-width: 2; }
.mark.first { fill: var(--first); stroke: var(--surface); stroke-width: 1.5; }
.mark.second { fill: var(--surface); stroke: var(--second); }
.interval { stroke: var(--first); stroke-width: 5; stroke-linecap: round; opacity: .28; }
.bar { fill: var(--axis); opacity: .35; }
.legend { display: flex; flex-wrap: wrap; gap: .1rem 1.2rem; margin: 0 0 .4rem; padding: 0; list-style: none; font-size: .85rem; }
.legend svg { width: 1.9rem; height: .75rem; margin-right: .4rem; }
.scroll { overflow-x: auto; margin: 0 0 .75rem; }
.chart + figcaption { margin-top: .2rem; }
figure + .scroll { margin-top: .75rem; }
.side > .scroll { margin-top: 0; }
table { border-collapse: collapse; font-size: .9rem; line-height: 1.35; }
caption { padding: 0 0 .4rem; text-align: left; font-size: .85rem; }
details caption { display: none; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; white-space: nowrap; }
th { font-weight: 600; }
thead th { vertical-align: bottom; font-size: .82rem; font-weight: 500; color: var(--quiet); white-space: normal; }
th:first-child, td:first-child { padding-left: 0; }
.words { text-align: left; }
td.words, th.words { white-space: normal; min-width: 5.5rem; max-width: 40rem; overflow-wrap: break-word; }
details { margin-top: .5rem; }
summary { cursor: pointer; font-size: .9rem; color: var(--link); }
details[open] summary { margin-bottom: .5rem; }
.confusion th, .confusion td { border: 0; padding: 0; }
.confusion thead th { height: 6.2rem; vertical-align: bottom; }
.confusion thead th > span { display: inline-block; writing-mode: vertical-rl; transform: rotate(180deg); max-height: 6rem; overflow: hidden; text-overflow: ellipsis; text-align: left; }
.confusion thead th:not(:first-child) { text-align: center; }
.confusion tbody th { padding-right: .6rem; text-align: right; vertical-align: middle; font-weight: 400; white-space: nowrap; max-width: 9rem; min-width: 0; overflow: hidden; text-overflow: ellipsis; }
.confusion td { width: 2.6rem; min-width: 1.6rem; height: 2.3rem; text-align: center; vertical-align: middle; border: 1px solid var(--surface);
  background: color-mix(in oklab, var(--second) calc(var(--depth) * var(--cell-wrong)), var(--surface)); }
.confusion td.right { background: color-mix(in oklab, var(--first) calc(var(--depth) * var(--cell-most)), var(--surface)); font-weight: 700; outline: 1.5px solid var(--axis); outline-offset: -2.5px; }
.confusion td.none { color: var(--quiet); font-size: .8rem; }
.examples { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); gap: 1.75rem 2rem; margin-top: 1rem; }
.examples image { image-rendering: pixelated; }
.scroll + p, .side + h3 { margin-top: 1rem; }
.ramp { display: flex; align-items: center; gap: .5rem; font-size: .85rem; color: var(--quiet); }
.ramp img { width: 9rem; height: .7rem; border-radius: .2rem; }
pre { margin: 0 0 .75rem; padding: .75rem 1rem; background: var(--page); border: 1px solid var(--line); border-radius: .5rem; font: .85rem/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.25rem; margin: 0; font-size: .9rem; }
dl.facts dt { color: var(--quiet); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
ul.plain { margin: 0 0 .75rem; padding-left: 1.2rem; max-width: 46rem; }
ul.plain li { margin-bottom: .25rem; }
@media (max-width: 36rem) {
  th, td { padding: .3rem .45rem; }
  .chart text { font-size: 14.5px; }
  .confusion td { width: 1.7rem; height: 1.8rem; font-size: .8rem; }
  .confusion tbody th { padding-right: .35rem; font-size: .8rem; max-width: 5rem; }
}
`);
