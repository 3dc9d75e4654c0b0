/** Renders the OpenAPI document as a plain HTML page without scripts. */

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface Operation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean; readonly description?: string; readonly schema: Schema }[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content & { readonly description: string }>>;
}

/** The part of OpenAPI 3.1 that the page shows. */
export interface ApiDocument {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export function docsPage({ info, paths, components }: ApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));
  const tags = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? 'Other'))];
  const ofTag = (tag: string): typeof operations => operations.filter(({ operation }) => (operation.tags?.[0] ?? 'Other') === tag);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(info.title)} API</title>
<link rel="stylesheet" href="/docs.css">
<header>
<h1>${text(info.title)} API <small>${text(info.version)}</small></h1>
${info.description.split('\n').map((line) => `<p>${prose(line)}</p>`).join('\n')}
<p>For programs: <a href="/openapi.json">openapi.json</a></p>
</header>
<nav aria-label="Routes">
${tags.map((tag) => `<section><h2>${text(tag)}</h2><ul>${ofTag(tag).map(({ path, method }) => `<li><a href="#${anchor(method, path)}"><b>${method}</b> <code>${text(path)}</code></a></li>`).join('')}</ul></section>`).join('\n')}
</nav>
<main>
${tags.map((tag) => `<h2>${text(tag)}</h2>\n${ofTag(tag).map(({ path, method, operation }) => operationView(path, method, operation)).join('\n')}`).join('\n')}
<h2>Schemas</h2>
${Object.entries(components.schemas).map(([name, schema]) => `<article id="${text(name)}"><h3>${text(name)}</h3>${schema.description ? `<p>${prose(schema.description)}</p>` : ''}${fields(schema)}</article>`).join('\n')}
</main>
</html>
`;
}

function operationView(path: string, method: string, { summary, description, security, parameters = [], requestBody, responses }: Operation): string {
  const rows = [
    ...parameters.map(({ name, in: where, required, description: words, schema }) => fieldRow(name, required ?? false, where, { ...schema, ...(words !== undefined && { description: words }) })),
    ...bodies(requestBody).map((schema) => fieldRow('', true, 'body', schema)),
  ];
  return `<article id="${anchor(method, path)}">
<h3><b>${method}</b> <code>${text(path)}</code></h3>
<p>${prose(summary ?? '')}.${description ? ` ${prose(description)}` : ''}${security ? ' <em>Needs a token with the role manage.</em>' : ''}</p>
${rows.length > 0 ? `<table><caption>Request</caption>${rows.join('')}</table>` : ''}
<table><caption>Responses</caption>${Object.entries(responses).map(([status, { description: words, ...content }]) => `<tr><th scope="row">${text(status)}<td>${prose(words)}${bodies(content).map((schema) => `<div>${typeOf(schema)}</div>${schema.properties ? fields(schema) : ''}`).join('')}`).join('')}</table>
</article>`;
}

function bodies({ content = {} }: Content = {}): Schema[] {
  return Object.values(content).map(({ schema }) => schema);
}

/** A table of an object's fields, with nested tables for objects in them. */
function fields(schema: Schema): string {
  const { properties = {}, required = [] } = schema;
  const rows = Object.entries(properties).map(([name, each]) => fieldRow(name, required.includes(name), '', each));
  return rows.length > 0 ? `<table>${rows.join('')}</table>` : '';
}

function fieldRow(name: string, isRequired: boolean, where: string, schema: Schema): string {
  const notes = [where, isRequired ? 'required' : '', limits(schema)].filter((note) => note !== '').join(', ');
  const inside = [schema, schema.items, ...(schema.items?.oneOf ?? [])].map((each) => (each?.properties ? fields(each) : '')).join('');
  return `<tr><th scope="row"><code>${text(name)}</code><td>${typeOf(schema)}${notes ? ` <small>${text(notes)}</small>` : ''}${schema.description ? `<div>${prose(schema.description)}</div>` : ''}${inside}`;
}

/** The type in a few words; a link if it is a named schema. */
function typeOf(schema: Schema): string {
  const { $ref, type, items, enum: values, const: value, oneOf, anyOf, allOf, additionalProperties } = schema;
  if ($ref !== undefined) {
    const name = $ref.split('/').at(-1)!;
    return `<a href="#${text(name)}">${text(name)}</a>`;
  }
  if (value !== undefined) return code(value);
  if (values) return values.map(code).join(' or ');
  const several = oneOf ?? anyOf ?? allOf;
  if (several) return several.map(typeOf).join(' or ');
  if (type === 'array' && items) return `list of ${items.properties || items.oneOf?.[0]?.properties ? 'objects' : typeOf(items)}`;
  if (type === 'object' && typeof additionalProperties === 'object') return `object of ${typeOf(additionalProperties)} by name`;
  return text(typeof type === 'string' ? type : (type ?? ['anything']).join(' or '));
}

function limits({ minimum, maximum, minLength, maxLength, minItems, maxItems, default: value }: Schema): string {
  const span = (least: number | undefined, most: number | undefined, unit: string): string =>
    least !== undefined && most !== undefined ? `${least} to ${most}${unit}` : least !== undefined ? `at least ${least}${unit}` : most !== undefined ? `at most ${most}${unit}` : '';
  return [span(minimum, maximum, ''), span(minLength, maxLength, ' characters'), span(minItems, maxItems, ' entries'), value === undefined ? '' : `default ${JSON.stringify(value)}`]
    .filter((each) => each !== '').join(', ');
}

function anchor(method: string, path: string): string {
  return `${method}-${path.slice(1).replace(/[^a-z0-9]+/gi, '-').replace(/-$/, '')}`;
}

function code(value: unknown): string {
  return `<code>${text(String(value))}</code>`;
}

/** Text with `words` as code. */
function prose(words: string): string {
  return text(words).replace(/`([^`]+)`/g, '<code>$1</code>');
}

function text(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

export const DOCS_CSS = `:root { color-scheme: light dark; --page: #f4f6f7; --surface: #fff; --ink: #14191f; --quiet: #55616d; --line: #dde3e8; --accent: #0b7468; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1116; --surface: #151b22; --ink: #e8edf2; --quiet: #9ba8b5; --line: #26303a; --accent: #56cdb8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: var(--accent); }
h1 small, small, caption { color: var(--quiet); font-weight: normal; }
h1 small { font-size: 0.6em; }
nav { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: 0 1rem; }
nav h2 { margin: 0.5rem 0 0; font-size: 1rem; }
nav ul { margin: 0; padding: 0; list-style: none; }
nav li a { display: block; padding: 0.125rem 0; }
b { color: var(--quiet); font-size: 0.8em; text-transform: uppercase; }
code { font: 0.9em ui-monospace, monospace; }
article { margin: 1rem 0; padding: 0.5rem 1rem 1rem; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--surface); }
article:target { border-color: var(--accent); }
table { width: 100%; margin: 0.5rem 0; border-collapse: collapse; }
caption { text-align: left; font-size: 0.875rem; }
th, td { padding: 0.25rem 0.5rem 0.25rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
th { width: 8rem; font-weight: normal; }
td table { margin-left: 0.5rem; width: calc(100% - 0.5rem); }
td td, td th { font-size: 0.9375rem; }
@media (max-width: 40rem) { th, td { display: block; width: auto; } td { border-top: 0; } }
`;
