import { styleText } from 'node:util';
import type { Severity } from '../../diagnose/finding.ts';

/** How a report is drawn. */
export interface Look {
  /** Columns of the terminal. */
  readonly width: number;
  readonly color: boolean;
  /** Only ASCII for our own signs. */
  readonly ascii: boolean;
}

type Style = Parameters<typeof styleText>[0];

/** Colours a text, or leaves it as it is where colour is off; a word always says the same as the colour. */
export function paint(look: Look, style: Style, text: string): string {
  return look.color ? styleText(style, text, { validateStream: false }) : text;
}

/** The colour of a severity. */
export function severityStyle(severity: Severity): Style {
  if (severity === 'error') return ['bold', 'red'];
  return severity === 'warning' ? ['bold', 'yellow'] : ['bold', 'cyan'];
}

/** Our own signs, with what stands for them in ASCII. */
export function sign(look: Look, which: 'dot' | 'ellipsis'): string {
  if (which === 'dot') return look.ascii ? '-' : '·';
  return look.ascii ? '...' : '…';
}
