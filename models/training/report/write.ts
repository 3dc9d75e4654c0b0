/** Writes and reads a report: `run.json` with all data, and `report.html` rendered from it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../../write-atomically.js';
import { reportSchema, type ReportData } from './data.js';
import { readJson } from './json-file.js';
import { page } from './page.js';

/** @returns path of the report */
export async function writeReport(folder: string, data: ReportData): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeAtomically(join(folder, 'run.json'), `${JSON.stringify(data)}\n`);
  const path = join(folder, 'report.html');
  await writeAtomically(path, page(data));
  return path;
}

/** @throws Error when the folder has no valid run.json, with the reason */
export async function readRun(folder: string): Promise<ReportData> {
  return readJson(join(folder, 'run.json'), reportSchema, 'what training writes when it is done');
}
