/** A report on disk: `run.json`, all that it says, and `report.html`, made of nothing else. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../../bundle.js';
import { reportSchema, type ReportData } from './data.js';
import { page } from './page.js';

/** @returns path of the report */
export async function writeReport(folder: string, data: ReportData): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeWhole(join(folder, 'run.json'), `${JSON.stringify(data)}\n`);
  const path = join(folder, 'report.html');
  await writeWhole(path, page(data));
  return path;
}

/** @throws Error when there is no run.json in the folder, or it is not one, with what is wrong */
export async function readRun(folder: string): Promise<ReportData> {
  const path = join(folder, 'run.json');
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Error(`There is no ${path}; training writes it when it is done.`);
  });
  const parsed = reportSchema.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  const { path: where, message } = parsed.error.issues[0]!;
  throw new Error(`${path} can't be read: ${where.join('.')}: ${message}.`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema says what is missing
  }
}
