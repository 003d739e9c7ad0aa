import type { NodeId, TestId } from '../../core/ids.ts';
import type { Metric } from '../../core/modelTests/modelTest.ts';
import type { TestFinding } from '../../core/testViews.ts';
import type { Regression } from './boardIndex.ts';
import { regressionText } from './cellWords.ts';
import { counted } from '../format.ts';
import { checkText } from './resultWords.ts';

/** What a person should know of a test on a model, in a line. */
export interface FindingLine {
  readonly node: NodeId;
  readonly test: TestId;
  readonly is: TestFinding['is'];
  readonly text: string;
}

/**
 * Findings in words: the metrics of one test that got worse against the same parent share a line, the
 * one that the table shows first.
 */
export function findingLines(
  findings: readonly TestFinding[],
  of: {
    readonly metrics: (test: TestId) => readonly Metric[];
    readonly main: (test: TestId) => string | undefined;
    readonly nameOf: (node: NodeId) => string;
  },
): readonly FindingLine[] {
  const groups = new Map<string, [Regression, ...Regression[]]>();
  const lines: FindingLine[] = [];
  for (const finding of findings) {
    const { is, node, test } = finding;
    if (is === 'backends-disagree') {
      lines.push({ is, node, test, text: checkText(finding.check) });
      continue;
    }
    const key = `${node} ${test} ${finding.parent}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else if (finding.metric === of.main(test)) group.unshift(finding);
    else group.push(finding);
  }
  const worse = [...groups.values()].map(([first, ...others]): FindingLine => {
    const { is, node, test } = first;
    const more = others.length === 0 ? '' : `, and ${counted(others.length, 'more metric')}`;
    return { is, node, test, text: `${regressionText(first, of.metrics(test), of.nameOf)}${more}` };
  });
  return [...worse, ...lines];
}
