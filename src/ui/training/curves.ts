import type { Series } from '../chart/series.ts';
import { smoothed, type Point } from '../chart/series.ts';
import type { EpochReport } from '../../core/training/report.ts';

/** What curves are drawn of: a run that goes on, or one that was kept. */
export interface CurveSource {
  /** Of several: which. */
  readonly name: string;
  readonly losses: readonly Point[];
  readonly epochs: readonly EpochReport[];
}

/** Above this many points a training loss is drawn smoothed, its noise behind it. */
const smoothAbove = 60;

/** Training loss by step and validation loss at the steps where epochs end. */
export function lossSeries(sources: readonly CurveSource[]): Series[] {
  const several = sources.length > 1;
  return sources.flatMap(({ name, losses, epochs }, index): Series[] => {
    const of = (what: string) => (several ? `${name}: ${what}` : what);
    const colour = several ? index : 0;
    const train: Series[] =
      losses.length > smoothAbove
        ? [
            { name: of('training'), points: losses, colour, look: 'faint' },
            {
              name: of('training'),
              points: smoothed(losses, Math.max(5, losses.length / 30)),
              colour,
            },
          ]
        : [{ name: of('training'), points: losses, colour }];
    const validation = epochs.flatMap(({ step, validation: part }): Point[] =>
      part === undefined ? [] : [[step, part.loss]],
    );
    return [
      ...train,
      {
        name: of('validation'),
        points: validation,
        colour: several ? index : 1,
        ...(several ? { look: 'dashed' as const } : {}),
      },
    ].filter(({ points }) => points.length > 0);
  });
}

/** Validation accuracy by epoch, of each head that has classes. */
export function accuracySeries(sources: readonly CurveSource[]): Series[] {
  const several = sources.length > 1;
  return sources.flatMap(({ name, epochs }, index) => {
    const outputs = [
      ...new Set(epochs.flatMap((e) => e.validation?.heads.map(({ output }) => output) ?? [])),
    ];
    return outputs.flatMap((output, i): Series[] => {
      const points = epochs.flatMap(({ epoch, validation }): Point[] => {
        const accuracy = validation?.heads.find((head) => head.output === output)?.accuracy;
        return accuracy === undefined ? [] : [[epoch, accuracy]];
      });
      const words = [several ? name : '', outputs.length > 1 ? output : ''].filter(Boolean);
      return points.length === 0
        ? []
        : [{ name: words.join(': ') || 'validation', points, colour: several ? index : 1 + i }];
    });
  });
}
