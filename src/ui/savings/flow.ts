import type { SavingsReport } from '../../core/savingsViews.ts';
import { storeParts, type AnyHeading } from './headings.ts';

/** A band from the files to the store, as high at either end as it has bytes there. In pixels. */
export interface Band {
  readonly of: AnyHeading;
  readonly rawBytes: number;
  readonly storedBytes: number;
  readonly from: { readonly y: number; readonly height: number };
  readonly to: { readonly y: number; readonly height: number };
  /** An SVG path of the whole band. */
  readonly path: string;
}

const order = ['shared', 'delta', 'structure', 'lossy', 'alone', 'whole', 'beside'] as const;

/**
 * The bytes of all files as bands that narrow to what is stored of them, both ends on one scale; the
 * store's own bytes begin at nothing. The lower of the two stacks is centred on the other.
 */
export function flowBands(report: SavingsReport, width: number, height: number): Band[] {
  const ends = [
    ...order.map((of) => ({
      of,
      rawBytes: Math.max(0, report.held[of].rawBytes),
      storedBytes: report.held[of].storedBytes,
    })),
    ...storeParts(report).map(({ of, bytes }) => ({
      of,
      rawBytes: 0,
      storedBytes: Math.max(0, bytes),
    })),
  ].filter(({ rawBytes, storedBytes }) => rawBytes > 0 || storedBytes > 0);
  const raw = ends.reduce((sum, { rawBytes }) => sum + rawBytes, 0);
  const stored = ends.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  const scale = height / Math.max(raw, stored, 1);
  let fromY = (height - raw * scale) / 2;
  let toY = (height - stored * scale) / 2;
  return ends.map((end) => {
    const from = { y: fromY, height: end.rawBytes * scale };
    const to = { y: toY, height: end.storedBytes * scale };
    fromY += from.height;
    toY += to.height;
    return { ...end, from, to, path: pathOf(from, to, width) };
  });
}

function pathOf(from: Band['from'], to: Band['to'], width: number): string {
  const half = width / 2;
  const [a, b] = [from.y, from.y + from.height];
  const [c, d] = [to.y, to.y + to.height];
  return `M0 ${a}C${half} ${a} ${half} ${c} ${width} ${c}V${d}C${half} ${d} ${half} ${b} 0 ${b}Z`;
}
