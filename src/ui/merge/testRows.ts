import type { NodeId, TestId } from '../../core/ids.ts';
import type { Metric, ModelTest } from '../../core/modelTests/modelTest.ts';
import type { MergePlan, MergePreview } from '../../core/mergeViews.ts';
import type { NodeResult } from '../../core/testViews.ts';
import { bytes, real } from '../format.ts';
import { messageOfReported } from '../messages.ts';

/** One metric of one test, before and after. */
export interface TestRow {
  readonly key: string;
  readonly test: string;
  readonly metric: string;
  readonly x: string;
  readonly y: string;
  readonly merged: string;
  /** `worse` is what speaks against the merge. */
  readonly tone: 'worse' | 'good' | 'plain';
  readonly words: string;
}

/** A metric's value with its unit. */
export function metricText(metric: Metric | undefined, value: number | undefined): string {
  if (value === undefined) return '–';
  if (!Number.isFinite(value)) return real(value);
  switch (metric?.unit) {
    case undefined:
      return real(value);
    case 'share':
      return `${(100 * value).toFixed(1)} %`;
    case 'bytes':
      return bytes(value);
    default:
      return `${real(value)} ${metric?.unit ?? ''}`;
  }
}

const verdictWords = { pass: 'passes', fail: 'fails', measured: 'measured', error: 'not run' };

/**
 * A preview as a table: each test's metrics on X, on Y and on the merge, with what got worse first.
 *
 * @param metrics - by test; titles and units. A metric without any is shown by its name.
 */
export function testRows(
  preview: MergePreview,
  { x, y }: Pick<MergePlan, 'x' | 'y'>,
  tests: readonly ModelTest[],
  metrics: Readonly<Record<TestId, readonly Metric[]>>,
): readonly TestRow[] {
  const before = (node: NodeId, test: TestId) =>
    preview.before.find((result) => result.node === node && result.test === test);
  const rows = preview.results.flatMap((result): TestRow[] => {
    const name = tests.find(({ id }) => id === result.test)?.name ?? 'a removed test';
    const [ofX, ofY] = [before(x, result.test), before(y, result.test)];
    const rivals = ofX && ofY ? 'both' : ofX ? 'X' : 'Y';
    const verdict = verdictRow(name, result, ofX, ofY);
    const values = Object.keys(result.metrics).map((key): TestRow => {
      const metric = metrics[result.test]?.find((each) => each.name === key);
      const worse = preview.findings.find(
        (finding) =>
          finding.is === 'regression' && finding.test === result.test && finding.metric === key,
      );
      return {
        key: `${result.test} ${key}`,
        test: name,
        metric: metric?.title ?? key,
        x: metricText(metric, ofX?.metrics[key]),
        y: metricText(metric, ofY?.metrics[key]),
        merged: metricText(metric, result.metrics[key]),
        tone: worse === undefined ? 'plain' : 'worse',
        words: worse === undefined ? 'kept' : `worse than ${rivals}`,
      };
    });
    return verdict === undefined ? values : [verdict, ...values];
  });
  const worse = rows.filter(({ tone }) => tone === 'worse');
  return [...worse, ...rows.filter(({ tone }) => tone !== 'worse')];
}

/** A line of its own where a test passes, fails or could not be run. */
function verdictRow(
  test: string,
  result: NodeResult,
  ofX: NodeResult | undefined,
  ofY: NodeResult | undefined,
): TestRow | undefined {
  if (result.verdict === 'measured') return undefined;
  const word = (one: NodeResult | undefined) => (one === undefined ? '–' : verdictWords[one.verdict]); // prettier-ignore
  const bad = (one: NodeResult | undefined) => one?.verdict === 'fail' || one?.verdict === 'error';
  const worse = bad(result) && !bad(ofX) && !bad(ofY);
  const plain = worse ? 'neither side did' : bad(result) ? 'as before' : 'passes';
  return {
    key: `${result.test} verdict`,
    test,
    metric: 'Verdict',
    x: word(ofX),
    y: word(ofY),
    merged: word(result),
    tone: worse ? 'worse' : bad(result) ? 'plain' : 'good',
    words: result.error === undefined ? plain : messageOfReported(result.error).what,
  };
}
