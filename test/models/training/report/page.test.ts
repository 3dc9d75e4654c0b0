/** The report page: valid, self-contained and escaped, with the numbers of the data. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as fc from 'fast-check';
import type { ReportData } from '../../../../models/training/report/data.js';
import { html } from '../../../../models/training/report/html.js';
import { page } from '../../../../models/training/report/page.js';
import { sampleReport } from './sample.js';
import { anyText } from '../../../support/any-text.js';

const VOID = new Set(['meta', 'img', '!doctype', 'image']);

/** Tags with their attributes in page order; throws if they are nested incorrectly. */
function elements(markup: string): Array<{ name: string; attributes: Map<string, string> }> {
  const found: Array<{ name: string; attributes: Map<string, string> }> = [];
  const open: string[] = [];
  const text = markup.replace(/<style>[^<]*<\/style>/, '<style></style>');
  let end = 0;
  for (const match of text.matchAll(/<(\/?)([!a-z][a-z0-9]*)((?:\s[a-zA-Z:-]+(?:="[^"<>]*")?)*)\s*(\/?)>/g)) {
    const between = text.slice(end, match.index);
    assert.not.match(between, /[<>]/, `stray bracket in ${between.slice(0, 80)}`);
    assert.not.match(between, /&(?!(amp|lt|gt|quot|#39);)/, 'an unescaped ampersand');
    end = match.index + match[0].length;
    const [, closing, name, attributes, selfClosing] = match;
    if (closing) assert.is(name, open.pop(), `</${name}> closes nothing`);
    else {
      const pairs = [...attributes!.matchAll(/\s([a-zA-Z:-]+)(?:="([^"]*)")?/g)].map(([, key, value]): [string, string] => [key!, value ?? '']);
      assert.is(new Set(pairs.map(([key]) => key)).size, pairs.length, `an attribute twice in ${match[0]}`);
      found.push({ name: name!, attributes: new Map(pairs) });
      if (!VOID.has(name!) && !selfClosing) open.push(name!);
    }
  }
  assert.equal(open, [], 'everything is closed');
  assert.is(text.slice(end).trim(), '');
  return found;
}

const report = page(sampleReport());
const tags = elements(report);
const words = report.replace(/<[^>]*>/g, ' ').replaceAll('\u00a0', ' ').replace(/\s+/g, ' ');

test('it is a complete document with unique ids and valid references', () => {
  assert.equal(tags.slice(0, 3).map(({ name }) => name), ['!doctype', 'html', 'head']);
  assert.is(tags[1]!.attributes.get('lang'), 'en');
  const ids = tags.flatMap(({ attributes }) => attributes.get('id') ?? []);
  assert.is(new Set(ids).size, ids.length);
  const references = tags.flatMap(({ attributes }) => [...attributes.get('aria-labelledby')?.split(' ') ?? [], ...(attributes.get('href')?.startsWith('#') ? [attributes.get('href')!.slice(1)] : [])]);
  assert.ok(references.length > 20);
  for (const reference of references) assert.ok(ids.includes(reference), reference);
});

test('it loads no resources and runs no scripts', () => {
  assert.not.match(report, /https?:\/\//);
  assert.not.match(report, /<script|@import|url\(|javascript:/i);
  for (const { attributes } of tags) {
    for (const [name, value] of attributes) {
      assert.not.match(name, /^on/);
      if (name === 'src' || name === 'href') assert.match(value, /^(#|data:image\/png;base64,)/);
    }
  }
});

test('every chart has a title and a description, and every table a caption', () => {
  const charts = report.match(/<svg[^>]*role="img".*?<\/svg>/gs)!;
  assert.ok(charts.length >= 9, `${charts.length}`);
  for (const chart of charts) assert.match(chart, /<title id="[^"]+">[^<]+<\/title>\s*<desc id="[^"]+">[^<]+<\/desc>/);
  assert.is(report.match(/<table/g)!.length, report.match(/<caption>[^<]+<\/caption>/g)!.length);
  for (const hidden of report.match(/<svg(?![^>]*role="img")[^>]*>/g) ?? []) assert.match(hidden, 'aria-hidden="true"');
});

test('all sections are there, except those without data', () => {
  const sections = (markup: string): string[] => [...markup.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id!);
  assert.equal(sections(report), ['genres', 'confusion', 'time', 'trade-off', 'confidence', 'examples', 'protocols', 'folds', 'external', 'cost', 'learning', 'data', 'limits', 'training']);
  const { tradeOff: _t, cost: _c, kfold: _k, protocols: _p, external: _e, ...few } = sampleReport();
  const bare = page({ ...few, examples: [], stages: [] });
  elements(bare);
  assert.equal(sections(bare), ['genres', 'confusion', 'time', 'confidence', 'data', 'limits', 'training']);
});

test('it states which weights were kept', () => {
  const data = sampleReport();
  const lastKept = page({ ...data, stages: data.stages.map((stage) => ({ ...stage, leaves: 'last' as const })) });
  assert.match(words, 'after epoch 2, whose weights were kept; loss');
  assert.match(lastKept, 'after epoch 2; the weights of the last epoch were kept; loss');
});

test('its numbers match the data', () => {
  const data = sampleReport();
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const { figures, calibration, overTime, medianSettledS } = data;
  const includes = (text: string): void => assert.ok(words.includes(text), text);
  includes(`${percent(figures.accuracy)} 95 %: ${(100 * figures.interval[0]).toFixed(1)} to ${percent(figures.interval[1])}`);
  includes(`${percent(figures.macroF1)}`);
  figures.perGenre.forEach(({ precision, recall, f1, support }, index) => includes(`${data.model.labels[index]} ${percent(precision)} ${percent(recall)} ${percent(f1)} ${support}`));
  includes(`error ${calibration.calibrated.ece.toFixed(3)} with the temperature 1.50, fitted on these tracks`);
  includes('0.042 with temperatures fitted on other tracks');
  includes(`1 s ${percent(overTime[1]!.right)} ${percent(overTime[1]!.settled)}`); // two blocks of 0.348 s end within 1 s
  includes(`${medianSettledS!.toFixed(1)} s`);
  includes('500 ms (shipped) 7.5 s 1.25');
  includes('Best score 0.813 after epoch 2');
  includes('2 0.7500 0.8125 3');
  includes('larger 50 10.00 4.00 – – – 87.5 %');
  includes('random chunks 94.0 % – 100 50 99.0 % split at random');
  includes('the difference of 39.0 points comes from the split alone');
  includes('Mean 60.0 % , standard deviation between folds 14.1 points; all tracks together 60.0 %');
  includes('elsewhere 8 37.5 %');
  includes('train train 12 0.04 low 4, middle 4, high 4');
});

test('the confusion matrix matches the data, cell by cell', () => {
  const { figures: { confusion } } = sampleReport();
  const table = /<table class="confusion">.*?<\/table>/s.exec(report)![0];
  const rows = table.match(/<tbody>.*<\/tbody>/s)![0].match(/<tr>.*?<\/tr>/gs)!;
  assert.equal(rows.map((row) => [...row.matchAll(/<td[^>]*>(\d+)<\/td>/g)].map(([, count]) => Number(count))), confusion);
});

test('points of a chart are at the coordinates of the data', () => {
  const chart = /<svg[^>]*aria-labelledby="trade-off-plot-title.*?<\/svg>/s.exec(report)![0];
  const y = (tick: string): number => Number(new RegExp(`y="([\\d.]+)" text-anchor="end">${tick}<`).exec(chart)![1]) - 4;
  const disc = /<circle class="mark first" cx="([\d.]+)" cy="([\d.]+)"/.exec(chart)!; // 9.25 s, 0.5 changes a minute
  assert.ok(Math.abs(Number(disc[2]) - y('0.5')) < 0.02, `${disc[2]} ${y('0.5')}`);
  const x = (tick: string): number => Number(new RegExp(`x="([\\d.]+)" y="[\\d.]+" text-anchor="middle">${tick}<`).exec(chart)![1]);
  assert.ok(Math.abs(Number(disc[1]) - (x('9') + 0.25 * (x('9.5') - x('9')) * 2)) < 0.02);
});

test('labels, ids and commands can contain any text', () => {
  const hostile = '</title></style><script src="http://example.org">alert(1)</script>&"\'';
  const data = sampleReport();
  const markup = page(renamed(data, hostile));
  elements(markup);
  assert.not.match(markup, /<script/);
  fc.assert(fc.property(anyText({ minLength: 1 }), (name) => {
    elements(page(renamed(data, name)));
  }), { numRuns: 30 });
});

test('a template escapes interpolated values and nothing else', () => {
  assert.is(html`<p title="${'"<'}">${'a & b'} ${html`<b>${1}</b>`}${[html`<i></i>`, '>']}${null}${false}${undefined}</p>`.text, '<p title="&quot;&lt;">a &amp; b <b>1</b><i></i>&gt;</p>');
  assert.is(html`${'\u0000\u001b\n'}`.text, '\ufffd\ufffd\n');
});

/** The data with every text that can come from outside replaced by `name`. */
function renamed(data: ReportData, name: string): ReportData {
  return {
    ...data,
    model: { ...data.model, name, version: name, labels: data.model.labels.map((_, index) => `${name}${index}`), layers: [name] },
    run: { ...data.run, command: name, backend: name, machine: name, options: { [name]: name } },
    packs: data.packs.map((pack) => ({ ...pack, name, perLabel: { [name]: 1 } })),
    stages: data.stages.map((stage) => ({ ...stage, name, scoreName: name })),
    examples: data.examples.map((example) => ({ ...example, id: name })),
    tradeOff: data.tradeOff!.map((point) => ({ ...point, settings: name })),
    tradeOffDelay: name,
    cost: { machine: name, points: data.cost!.points.map((point) => ({ ...point, name })) },
    kfold: { folds: data.kfold!.folds.map((fold) => ({ ...fold, name })) },
    protocols: data.protocols!.map((protocol) => ({ ...protocol, name, how: name })),
    external: data.external!.map((point) => ({ ...point, name })),
    licences: [name],
    limits: [name],
  };
}

test.run();
