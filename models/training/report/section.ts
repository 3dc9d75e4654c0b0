/** A section of the report. A builder returns undefined if there is no data for it. */
import type { ReportData } from './data.js';
import type { Markup } from './html.js';

export interface Section {
  /** Element id, used as the link target. */
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

export type SectionBuilder = (data: ReportData) => Section | undefined;
