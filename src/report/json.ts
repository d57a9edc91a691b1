import type { ReportDocument } from './document.ts';

/** The report as machines read it: JSON, indented by two, one newline at the end. */
export function renderJson(document: ReportDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
