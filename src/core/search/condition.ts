import type { NodeId, TestId } from '../ids.ts';
import type { ModelNode } from '../lineage/graph.ts';
import { matchesName } from '../lineage/namePattern.ts';
import type { Verdict } from '../modelTests/testResult.ts';
import type { Condition } from '../searchViews.ts';

/** The verdict of a node's current result of a test; undefined where there is none. */
export type VerdictOf = (node: NodeId, test: TestId) => Verdict | undefined;

/**
 * A condition as a function of a node. `every` of none is met, `some` of none is not. A result that only
 * measures, or an error, is neither `fails` nor `passes`, and not `untested` either.
 */
export function conditionOf(
  condition: Condition,
  verdictOf: VerdictOf,
): (node: ModelNode) => boolean {
  switch (condition.is) {
    case 'fails':
      return ({ id }) => verdictOf(id, condition.test) === 'fail';
    case 'passes':
      return ({ id }) => verdictOf(id, condition.test) === 'pass';
    case 'untested':
      return ({ id }) => verdictOf(id, condition.test) === undefined;
    case 'tag':
      return ({ tags }) => tags.includes(condition.tag);
    case 'type':
      return ({ modelType }) => modelType === condition.modelType;
    case 'name':
      return ({ name }) => matchesName(condition.pattern, name);
    case 'among': {
      const nodes = new Set(condition.nodes);
      return ({ id }) => nodes.has(id);
    }
    case 'not': {
      const met = conditionOf(condition.condition, verdictOf);
      return (node) => !met(node);
    }
    case 'every':
    case 'some': {
      const parts = condition.conditions.map((part) => conditionOf(part, verdictOf));
      return condition.is === 'every'
        ? (node) => parts.every((met) => met(node))
        : (node) => parts.some((met) => met(node));
    }
  }
}

/** The tests that a condition asks about. */
export function testsOf(condition: Condition): Set<TestId> {
  switch (condition.is) {
    case 'fails':
    case 'passes':
    case 'untested':
      return new Set([condition.test]);
    case 'not':
      return testsOf(condition.condition);
    case 'every':
    case 'some':
      return new Set(condition.conditions.flatMap((part) => [...testsOf(part)]));
    case 'tag':
    case 'type':
    case 'name':
    case 'among':
      return new Set();
  }
}
