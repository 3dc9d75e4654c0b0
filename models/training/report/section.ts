/** A part of the report: what it is called, and what it says; parts without data are left out. */
import type { ReportData } from './data.js';
import type { Markup } from './html.js';

export interface Section {
  /** The anchor. */
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

export type SectionBuilder = (data: ReportData) => Section | undefined;
