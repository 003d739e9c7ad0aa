import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classAgreement, differencesOf } from './agreement.ts';
import { areaUnderCurve, classify } from './classification.ts';
import { classScores } from './classScores.ts';
import { healthOf } from './health.ts';
import { regressionErrors } from './regressionErrors.ts';

const names = (count: number) => Array.from({ length: count }, (_, at) => `c${at}`);
const options = { topK: 2, bins: 10 };

function scoresOf(rows: readonly (readonly number[])[], labels: readonly number[]) {
  const classes = rows[0]?.length ?? 0;
  const scores = classScores(rows.flat(), Int32Array.from(labels), classes, false);
  if (scores === undefined) throw new Error('no scores');
  return classify(scores, names(classes), options);
}

describe('areaUnderCurve', () => {
  it('is the share of pairs in the right order, ties half', () => {
    const row = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.boolean());
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), (rows) => {
        let [pairs, wins] = [0, 0];
        for (const [high, positive] of rows)
          for (const [low, other] of rows)
            if (positive && !other) {
              pairs++;
              wins += high > low ? 1 : high === low ? 0.5 : 0;
            }
        const found = areaUnderCurve(
          Float64Array.from(rows, ([score]) => score),
          (at) => rows[at]?.[1] === true,
        );
        if (pairs === 0) expect(found).toBeUndefined();
        else expect(found).toBeCloseTo(wins / pairs, 12);
      }),
    );
  });

  // sklearn.metrics.roc_auc_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), of its documentation.
  it('is what scikit-learn says of its example', () => {
    const found = areaUnderCurve(Float64Array.of(0.1, 0.4, 0.35, 0.8), (row) => row > 1);
    expect(found).toBe(0.75);
  });
});

describe('classify', () => {
  // sklearn.metrics.f1_score([0, 1, 2, 0, 1, 2], [0, 2, 1, 0, 0, 1], average='macro'): 0.26666…;
  // precision 0.2222…, recall 0.3333…, of their documentations.
  it('gives the means over classes that scikit-learn documents', () => {
    const predicted = [0, 2, 1, 0, 0, 1];
    const rows = predicted.map((best) => [0, 1, 2].map((c) => (c === best ? 5 : 0)));
    const { metrics, details } = scoresOf(rows, [0, 1, 2, 0, 1, 2]);
    expect(metrics.precision).toBeCloseTo(2 / 9, 12);
    expect(metrics.recall).toBeCloseTo(1 / 3, 12);
    expect(metrics.f1).toBeCloseTo(4 / 15, 12);
    expect(metrics.accuracy).toBeCloseTo(1 / 3, 12);
    expect(details.confusion).toEqual([
      [2, 0, 0],
      [1, 0, 1],
      [0, 2, 0],
    ]);
  });

  it('equals the definitions on random cases', () => {
    // Below 0: numbers that are none and add up to 1 would be taken for probabilities.
    const logits = fc.array(fc.integer({ min: -9, max: -1 }), { minLength: 4, maxLength: 4 });
    const row = fc.tuple(logits, fc.integer({ min: 0, max: 3 }));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), (rows) => {
        const { metrics } = scoresOf(
          rows.map(([each]) => each),
          rows.map(([, label]) => label),
        );
        const shares = rows.map(([each]) => {
          const sum = each.reduce((all, value) => all + Math.exp(value), 0);
          return each.map((value) => Math.exp(value) / sum);
        });
        const loss = rows.reduce(
          (sum, [, label], at) => sum - Math.log(shares[at]?.[label] ?? 0),
          0,
        );
        expect(metrics.loss).toBeCloseTo(loss / rows.length, 9);
        const best = rows.map(([each]) => each.indexOf(Math.max(...each)));
        const hits = rows.filter(([, label], at) => best[at] === label).length;
        expect(metrics.accuracy).toBeCloseTo(hits / rows.length, 12);
        let ece = 0;
        for (let bin = 0; bin < 10; bin++) {
          const own = rows.flatMap(([, label], at) => {
            const confidence = shares[at]?.[best[at] ?? 0] ?? 0;
            const inside = confidence > bin / 10 && confidence <= (bin + 1) / 10;
            return inside ? [{ confidence, right: best[at] === label ? 1 : 0 }] : [];
          });
          if (own.length === 0) continue;
          const mean = (of: (each: (typeof own)[number]) => number) =>
            own.reduce((sum, each) => sum + of(each), 0) / own.length;
          ece +=
            (own.length / rows.length) * Math.abs(mean((e) => e.right) - mean((e) => e.confidence));
        }
        expect(metrics.ece).toBeCloseTo(ece, 9);
        expect(metrics.topK).toBeGreaterThanOrEqual(metrics.accuracy);
      }),
    );
  });

  it('takes shares of one as they are, and one unit for two classes', () => {
    const shares = classScores([0.9, 0.1, 0.3, 0.7], Int32Array.of(0, 1), 2, false);
    expect([...(shares?.probabilities ?? [])].map((p) => Number(p.toFixed(9)))).toEqual([
      0.9, 0.1, 0.3, 0.7,
    ]);
    const sigmoid = classScores([0.7], Int32Array.of(1), 2, true);
    expect(sigmoid?.probabilities[1]).toBeCloseTo(0.7, 12);
    const logit = classScores([1000], Int32Array.of(0), 2, false);
    expect(logit?.logLikelihood[0]).toBe(-1000);
    expect(classScores([1, 2, 3], Int32Array.of(0), 4, false)).toBeUndefined();
  });

  it('says NaN of a NaN, and leaves unlabelled examples out', () => {
    expect(scoresOf([[NaN, 0, 1]], [0]).metrics.loss).toBeNaN();
    const half = scoresOf([[5, 0], [0, 5]], [0, -1]); // prettier-ignore
    expect(half.metrics.accuracy).toBe(1);
    expect(half.metrics.auc).toBeUndefined();
  });
});

describe('regressionErrors', () => {
  // r2_score, mean_absolute_error and root of mean_squared_error of scikit-learn's documentation.
  it('is what scikit-learn says of its example', () => {
    const found = regressionErrors([2.5, 0.0, 2, 8], [3, -0.5, 2, 7]);
    expect(found?.mae).toBe(0.5);
    expect(found?.rmse).toBeCloseTo(Math.sqrt(0.375), 12);
    expect(found?.r2).toBeCloseTo(0.9486081370449679, 12);
    expect(found?.maxError).toBe(1);
  });

  it('leaves out what is not labelled, and R² where all are equal', () => {
    expect(regressionErrors([1, 2], [NaN, 4])).toEqual({ mae: 2, rmse: 2, maxError: 2 });
    expect(regressionErrors([1], [NaN])).toBeUndefined();
    expect(regressionErrors([NaN], [1])?.mae).toBeNaN();
  });
});

describe('agreement of outputs', () => {
  it('is the mean and largest difference, the share of equal classes and the divergence', () => {
    expect(differencesOf([1, 2, 3], [1, 4, 0])).toEqual({
      meanDifference: 5 / 3,
      maxDifference: 3,
    });
    const own = Float64Array.of(0.5, 0.5, 0.9, 0.1);
    const other = Float64Array.of(0.25, 0.75, 0.9, 0.1);
    const { agreement, divergence } = classAgreement(own, other, 2);
    expect(agreement).toBe(0.5);
    expect(divergence).toBeCloseTo((0.25 * Math.log(0.5) + 0.75 * Math.log(1.5)) / 2, 12);
    expect(classAgreement(own, own, 2)).toEqual({ agreement: 1, divergence: 0 });
  });
});

describe('healthOf', () => {
  it('counts what should not be there, by dtype', () => {
    const values = Float64Array.of(NaN, Infinity, -Infinity, 0, 1e-40, -3, 2 ** -20);
    expect(healthOf(values, 'f32')).toEqual({
      nan: 1, infinite: 2, denormal: 1, largest: 3, elements: 7,
    }); // prettier-ignore
    expect(healthOf(values, 'f16').denormal).toBe(2);
    expect(healthOf(values, 'f64').denormal).toBe(0);
  });
});
