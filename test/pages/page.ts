/** A page of the repository taken apart: fences, tables, headings, links, inline code. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { anchorsOfPage } from '../../deploy/build/docs/anchors.js';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Folders that hold what npm, the build and runs make. */
const MADE: readonly string[] = ['node_modules', 'dist', '.runs', '.git'];

/** A log of the past: it names files and flags as they were. */
export const LOG = 'models/EXPERIMENTS.md';

export interface Fence {
  /** Such as `sh`; empty where none is named. */
  readonly language: string;
  readonly text: string;
}

export interface Page {
  /** In the repository, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly fences: readonly Fence[];
  /** The text without its fences. */
  readonly prose: string;
  /** What stands between backticks outside fences. */
  readonly code: readonly string[];
}

export interface Link {
  /** As it is written, such as `../README.md#access`. */
  readonly target: string;
  /** In the repository; empty for the repository's root. */
  readonly path: string;
  readonly anchor: string | undefined;
}

/** All pages that are Markdown, and the forms for issues. */
export function pages(): Page[] {
  return files('').filter((path) => /\.md$|^\.github\/.*\.yml$/.test(path)).map(page);
}

function files(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return MADE.includes(entry.name) ? [] : files(path);
    return entry.isFile() ? [path] : [];
  });
}

export function page(path: string): Page {
  return pageOf(path, readFileSync(join(ROOT, path), 'utf8'));
}

export function pageOf(path: string, text: string): Page {
  const fences: Fence[] = [];
  const prose = text.replace(/^ *```(\w*)\n([\s\S]*?)^ *```$/gm, (_, language: string, body: string) => {
    fences.push({ language, text: body });
    return '';
  });
  return { path, text, fences, prose, code: [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!) };
}

/** Links and images that point into the repository. */
export function links({ path, prose }: Page): Link[] {
  const targets = [...prose.replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ' ')).matchAll(/\]\(([^)\s]+)\)|\b(?:src|href)="([^"]+)"/g)].map(([, markdown, html]) => (markdown ?? html)!);
  return targets.filter((target) => !/^[a-z]+:/i.test(target)).map((target) => {
    const [to, anchor] = target.split('#') as [string, string | undefined];
    const found = to === '' ? path : relative(ROOT, join(ROOT, dirname(path), decodeURI(to))).replaceAll('\\', '/');
    return { target, path: found, anchor };
  });
}

/** The anchors that GitHub gives the headings of a page. */
export function anchors({ prose }: Page): Set<string> {
  const anchorOf = anchorsOfPage();
  return new Set([...prose.matchAll(/^#{1,6} +(.+?) *#*$/gm)].map(([, heading]) => anchorOf(heading!.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, ''))));
}

/**
 * The rows of all tables of a page whose head begins with these cells.
 * @throws Error when there is no such table
 */
export function rows({ path, prose }: Page, ...head: readonly string[]): string[][] {
  const lines = prose.split('\n');
  const found = lines.flatMap((line, at) => {
    const cells = cellsOf(line);
    if (!head.every((name, column) => cells[column] === name) || !/^\|( *:?-+:? *\|)+$/.test(lines[at + 1] ?? '')) return [];
    const after = lines.slice(at + 2);
    const end = after.findIndex((each) => !each.startsWith('|'));
    return after.slice(0, end === -1 ? undefined : end).map(cellsOf);
  });
  if (found.length === 0) throw new Error(`${path} has no table that begins with ${head.join(' | ')}.`);
  return found;
}

function cellsOf(line: string): string[] {
  return line.replaceAll('\\|', '\0').split('|').slice(1, -1).map((cell) => cell.trim().replaceAll('\0', '|'));
}

/** The words between the backticks of a cell. */
export function coded(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
}
