import type { DatasetRecord } from '../../core/data/dataset.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import type { Binding, SuccessRule } from '../../core/modelTests/modelTest.ts';
import type { TestWish } from '../mgitTests.ts';

/** A test that fits a model, to be made with one click. */
export interface SuggestedTest {
  readonly wish: TestWish;
  /** What it is for. */
  readonly about: string;
}

const none = (metric: string): SuccessRule => ({ metric, is: 'at-most', value: 0 });

/** Accuracy asked for where nobody has said one; a search can ask for another. */
const usualAccuracy = 0.9;

/**
 * Tests that fit a model, those by data on the data set of its recipe, else the newest one. Tests whose
 * name is taken are left out.
 */
export function suggestedTests(
  node: ModelNode | undefined,
  datasets: readonly DatasetRecord[],
  taken: readonly string[],
): readonly SuggestedTest[] {
  const own = node?.recipe?.data.map(({ dataset }) => dataset) ?? [];
  const data = datasets.find(({ snapshot }) => own.includes(snapshot)) ?? datasets.at(-1);
  const all: readonly Binding[] = [{ is: 'all' }];
  const alike: readonly Binding[] =
    node?.modelType === undefined ? all : [{ is: 'type', modelType: node.modelType }];
  const found: SuggestedTest[] = [];
  if (data?.summary.label !== undefined)
    found.push({
      about: `How often the class is right on ${data.name}: at least 90 %, or what you say below.`,
      wish: {
        name: `Accuracy on ${data.name}`,
        function: 'classification',
        data: data.id,
        bindings: alike,
        success: [{ metric: 'accuracy', is: 'at-least', value: usualAccuracy }],
      },
    });
  if (data !== undefined)
    found.push({
      about: `No value inside the model goes beyond fp16’s 65,504 on examples of ${data.name}.`,
      wish: {
        name: `Fits half precision on ${data.name}`,
        function: 'health',
        data: data.id,
        bindings: alike,
        success: [none('overflowing'), none('nonFiniteActivations')],
      },
    });
  found.push({
    about: 'No weight is NaN or infinite. Needs no data.',
    wish: {
      name: 'Healthy weights',
      function: 'health',
      bindings: all,
      success: [none('nonFinite')],
    },
  });
  return found.filter(({ wish }) => !taken.includes(wish.name));
}
