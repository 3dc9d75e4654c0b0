/** Every command and flag that a page names exists. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cac, type CAC } from 'cac';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FLAGS } from '../../models/training/options.js';
import { flagOf, SETTINGS, type SettingName } from '../../server/settings.js';
import { run } from '../server/cli/in-process.js';
import { LOG, page, pages, ROOT } from './page.js';

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
const ALL = pages();

/** Programs of others that pages call. */
const OTHERS: readonly string[] = ['arecord', 'curl', 'ffmpeg', 'apt-get', 'prometheus', 'git', 'pip', 'mpv', 'docker', 'helm', 'systemctl', 'cp', 'nats-server'];

/** Flags of `livegenre` by command. */
const commands = new Map<string, Set<string>>();

test.before(async () => {
  const { stdout } = await run(['--help']);
  const names = [...stdout.matchAll(/\$ livegenre ([a-z]+) --help/g)].map(([, name]) => name!);
  for (const name of names) {
    const { register } = await import(`../../server/cli/${name}.js`) as { register(cli: CAC): void };
    const own = cac('livegenre');
    register(own);
    commands.set(name, new Set(own.commands.flatMap(({ options }) => options.flatMap(({ rawName }) => rawName.match(/--[a-z][a-z0-9-]*/g) ?? []))));
  }
});

/** Every command of shell fences, and those of npm and livegenre in inline code, with the page it stands in. */
function commandLines(): { path: string; words: string[] }[] {
  return ALL.filter(({ path }) => path !== LOG).flatMap(({ path, fences, code }) => {
    const shell = fences.filter(({ language }) => language === 'sh').map(({ text }) => text);
    const inline = code.filter((each) => /^(npx )?livegenre |^npm /.test(each));
    return [...shell, ...inline].flatMap(partsOf).map((words) => ({ path, words }));
  });
}

/** The commands of a shell text, in words. Quoted text is one word, comments are none. */
function partsOf(text: string): string[][] {
  const words = text.replaceAll('\\\n', ' ').match(/(?<=^|\s)#.*|'[^']*'|"[^"]*"|\n|\S+/gm) ?? [];
  const parts: string[][] = [[]];
  for (const word of words) {
    if (['\n', '|', '&&', ';'].includes(word)) parts.push([]);
    else if (!word.startsWith('#')) parts.at(-1)!.push(word);
  }
  return parts.filter(({ length }) => length > 0);
}

/** Flags of a script that is no `livegenre`: those that its source, or the table it uses, names. */
function scriptKnows(script: string, flag: string): boolean {
  if (script === 'train') return FLAGS.some(([each]) => each.split(' ')[0] === flag);
  if (script === 'release') return readFileSync(join(ROOT, 'deploy/release/index.js'), 'utf8').includes(`'${flag}'`);
  const source = /node .*?dist\/(\S+)\.js/.exec(scripts[script] ?? '')?.[1];
  if (source === undefined) return false;
  if (source === 'server/cli/livegenre') return commands.get(scripts[script]!.trim().split(' ').at(-1)!)?.has(flag) === true;
  if (!existsSync(join(ROOT, `${source}.ts`))) return false;
  const text = readFileSync(join(ROOT, `${source}.ts`), 'utf8');
  return new RegExp(`${flag}\\b|^ +'?${flag.slice(2)}'?: \\{`, 'm').test(text);
}

/** What is wrong with a command; undefined when it exists. */
function fault(words: readonly string[]): string | undefined {
  const [program, ...rest] = words;
  const line = words.join(' ');
  if (program === 'npm') {
    const plain = rest.filter((word) => word !== '--silent' && word !== 'run');
    const [name = ''] = plain;
    if (!rest.includes('run') && ['ci', 'install', 'pack', 'prune'].includes(name)) return undefined;
    if (scripts[name] === undefined) return `there is no script for: ${line}`;
    const flags = plain.slice(plain.indexOf('--') + 1).filter((word) => word.startsWith('--') && plain.includes('--') && word !== '--');
    const unknown = flags.filter((flag) => !scriptKnows(name, flag.split('=')[0]!));
    return unknown.length > 0 ? `${name} has no ${unknown.join(', ')}: ${line}` : undefined;
  }
  if (program === 'npx' || program === 'livegenre') {
    const [name = ''] = program === 'npx' ? rest.slice(1) : rest;
    if (program === 'npx' && rest[0] !== 'livegenre') return `no package of ours: ${line}`;
    if (name === 'COMMAND' || name === '…') return undefined;
    const flags = commands.get(name);
    if (flags === undefined) return `there is no command ${name}: ${line}`;
    const unknown = words.filter((word) => /^--[a-z]/.test(word)).map((word) => word.split('=')[0]!).filter((flag) => flag !== '--help' && !flags.has(flag));
    return unknown.length > 0 ? `${name} has no ${unknown.join(', ')}: ${line}` : undefined;
  }
  if (program === 'node') {
    const source = rest.find((word) => word.startsWith('dist/'))?.replace(/^dist\/(.*)\.js$/, '$1.ts');
    return source !== undefined && existsSync(join(ROOT, source)) ? undefined : `no such file: ${line}`;
  }
  if (program === 'bash') return existsSync(join(ROOT, rest[0] ?? '')) ? undefined : `no such file: ${line}`;
  return OTHERS.includes(program!) ? undefined : `what is ${program}? ${line}`;
}

test('livegenre has commands, with flags', () => {
  assert.ok(commands.size >= 6);
  assert.ok(commands.get('serve')!.has('--port') && commands.get('evaluate')!.has('--medleys'));
});

test('faults are found', () => {
  for (const line of ['npm run nothing', 'npm run train -- --nothing 1', 'npm run bench:live -- --nothing', 'npm start -- --nothing', 'npx livegenre nothing', 'npx livegenre send a --nothing', 'nothing here', 'node dist/nothing.js']) {
    assert.ok(partsOf(line).some(fault), line);
  }
});

test('every command in a shell fence, and every livegenre and npm in a line of text, exists', () => {
  const lines = commandLines();
  assert.ok(lines.length > 40);
  const faults = lines.flatMap(({ path, words }) => {
    const found = fault(words);
    return found === undefined ? [] : [`${path}: ${found}`];
  });
  assert.equal(faults, []);
});

test('every flag that a page names exists somewhere', () => {
  const known = new Set(['--help', '--silent', '--single-threaded-gc', '--max-semi-space-size',
    ...Object.keys(SETTINGS).map((name) => flagOf(name as SettingName)),
    ...FLAGS.map(([flag]) => flag.split(' ')[0]!),
    ...[...commands.values()].flatMap((flags) => [...flags])]);
  const unknown = ALL.filter(({ path }) => path !== LOG).flatMap(({ path, code }) => code.flatMap((each) => (/^--[a-z][a-z0-9-]*/.exec(each) ?? [])
    .filter((flag) => !known.has(flag) && !/^--live-genre-/.test(flag) && !Object.keys(scripts).some((script) => scriptKnows(script, flag)))
    .map((flag) => `${path}: ${flag}`)));
  assert.equal(unknown, []);
});

test('every command of livegenre is on the page of the server', () => {
  const shown = page('server/README.md').fences.map(({ text }) => text).join('\n');
  for (const name of commands.keys()) assert.match(shown, new RegExp(`livegenre ${name}\\b`), name);
});

test.run();
