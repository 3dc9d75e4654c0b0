/** The report as one HTML page: nothing is fetched, and nothing needs a script to be read. */
import type { ReportData } from './data.js';

export function page(data: ReportData): string {
  return `<!doctype html><title>${data.model.parameters} parameters</title>\n`;
}
