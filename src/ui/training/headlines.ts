import type { PartMetrics } from '../../core/training/report.ts';
import { percent, real } from '../format.ts';

/** One figure of a model as a table shows it. */
export interface Headline {
  readonly name: string;
  readonly value: number;
  readonly text: string;
  /** Whether more of it is better. */
  readonly up: boolean;
}

/** The figures of one part of the data: loss, and of each head accuracy or error. */
export function headlines(part: PartMetrics | undefined): Headline[] {
  if (part === undefined) return [];
  const several = part.heads.length > 1;
  const figures: Headline[] = part.heads.flatMap((head) => {
    const of = (what: string) => (several ? `${what} of ${head.output}` : what);
    const found: Headline[] = [];
    if (head.accuracy !== undefined)
      found.push({
        name: of('Accuracy'),
        value: head.accuracy,
        text: accuracyText(head.accuracy),
        up: true,
      });
    if (head.meanAbsoluteError !== undefined)
      found.push({
        name: of('Mean absolute error'),
        value: head.meanAbsoluteError,
        text: real(head.meanAbsoluteError),
        up: false,
      });
    return found;
  });
  return [...figures, { name: 'Loss', value: part.loss, text: real(part.loss), up: false }];
}

/** An accuracy with a digit after the point: models differ there. */
export function accuracyText(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(1)} %` : percent(share);
}

/** The change against another model: `+12.3 points`, `−0.41`; whether it is for the better. */
export function changeText(
  now: Headline,
  before: number,
): { readonly text: string; readonly better: boolean } {
  const change = now.value - before;
  const sign = change < 0 ? '−' : '+';
  const size = Math.abs(change);
  const text = now.name.startsWith('Accuracy')
    ? `${sign}${(size * 100).toFixed(1)} points`
    : `${sign}${size < 1e-6 ? '0' : String(Number(size.toPrecision(2)))}`;
  return { text, better: change === 0 || change > 0 === now.up };
}
