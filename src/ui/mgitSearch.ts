import type { NodeId, TestId } from '../core/ids.ts';
import type { GraphData } from '../core/lineage/graph.ts';
import { LineageError } from '../core/lineageError.ts';
import type * as search from '../core/searchViews.ts';
import type { OnSearchState, SearchApi } from '../rpc/searchApi.ts';
import { run, type LongCall } from './longCall.ts';
import { names, type NamedModel, type Names } from './named.ts';

/** A test by its id or its name. */
export type NamedTest = TestId | (string & {});

/** A condition on models, with models and tests by id or name. */
export type GivenCondition =
  | { readonly is: 'fails' | 'passes' | 'untested'; readonly test: NamedTest }
  | { readonly is: 'tag'; readonly tag: string }
  | { readonly is: 'type'; readonly modelType: string }
  | { readonly is: 'name'; readonly pattern: string }
  | { readonly is: 'among'; readonly nodes: readonly NamedModel[] }
  | { readonly is: 'not'; readonly condition: GivenCondition }
  | { readonly is: 'every' | 'some'; readonly conditions: readonly GivenCondition[] };

export interface WalkOptions extends Partial<
  Pick<search.WalkOrder, 'kinds' | 'direction' | 'order'>
> {
  readonly start: readonly NamedModel[];
  readonly skip?: GivenCondition;
  readonly stop?: GivenCondition;
}

export interface BisectOptions extends Omit<search.BisectOrder, 'bad' | 'test' | 'good' | 'skip'> {
  readonly good?: readonly NamedModel[];
  readonly skip?: readonly NamedModel[];
}

export type InheritOptions = Omit<search.InheritOrder, 'known' | 'test'>;

export interface LocaliseOptions extends Omit<
  search.LocaliseOrder,
  'good' | 'bad' | 'test' | 'by'
> {
  /** `layer` unless given. */
  readonly by?: search.LocaliseOrder['by'];
}

/** A long call that is also told where the search stands, after each test. */
export interface SearchCall extends LongCall {
  readonly onEvent?: OnSearchState;
}

/**
 * Walking and searching the lineage, for scripts; models and tests by id or name.
 *
 * Source: docs/api.md.
 */
export interface SearchMgit {
  /** Downwards by both kinds of edges, breadth first, unless said. */
  walk(options: WalkOptions): Promise<NodeId[]>;
  bisect(
    bad: NamedModel,
    test: NamedTest,
    options?: BisectOptions,
    call?: SearchCall,
  ): Promise<search.BisectReport>;
  inheritors(
    known: NamedModel,
    test: NamedTest,
    options?: InheritOptions,
    call?: SearchCall,
  ): Promise<search.InheritReport>;
  localise(
    good: NamedModel,
    bad: NamedModel,
    test: NamedTest,
    options?: LocaliseOptions,
    call?: SearchCall,
  ): Promise<search.LocaliseReport>;
}

const silent: OnSearchState = () => undefined;

type Far = SearchApi & { graph(): Promise<GraphData> };

/** The calls about walking and searching over the wire to the lineage worker. */
export function searchCalls(lineage: Far): SearchMgit {
  const find = names(() => lineage.graph());
  const testOf = async (named: NamedTest): Promise<TestId> => {
    const { tests } = await lineage.graph();
    const test = tests.find(({ id }) => id === named) ?? tests.find(({ name }) => name === named);
    if (test === undefined) throw new LineageError('test-missing', { test: named });
    return test.id;
  };
  return {
    walk: async ({ start, skip, stop, kinds, direction, order }) =>
      lineage.walk({
        start: await find.models(start),
        kinds: kinds ?? ['provenance', 'version'],
        direction: direction ?? 'down',
        order: order ?? 'breadth-first',
        ...(skip === undefined ? {} : { skip: await conditionWith(find, testOf, skip) }),
        ...(stop === undefined ? {} : { stop: await conditionWith(find, testOf, stop) }),
      }),
    bisect: async (bad, test, { good, skip, ...options } = {}, call = {}) =>
      lineage.bisect(
        {
          ...options,
          bad: await find.model(bad),
          test: await testOf(test),
          ...(good === undefined ? {} : { good: await find.models(good) }),
          ...(skip === undefined ? {} : { skip: await find.models(skip) }),
        },
        ...run(call),
        call.onEvent ?? silent,
      ),
    inheritors: async (known, test, options = {}, call = {}) =>
      lineage.inheritors(
        { ...options, known: await find.model(known), test: await testOf(test) },
        ...run(call),
        call.onEvent ?? silent,
      ),
    localise: async (good, bad, test, { by = 'layer', ...options } = {}, call = {}) =>
      lineage.localise(
        {
          ...options,
          by,
          good: await find.model(good),
          bad: await find.model(bad),
          test: await testOf(test),
        },
        ...run(call),
        call.onEvent ?? silent,
      ),
  };
}

async function conditionWith(
  find: Names,
  testOf: (named: NamedTest) => Promise<TestId>,
  given: GivenCondition,
): Promise<search.Condition> {
  switch (given.is) {
    case 'fails':
    case 'passes':
    case 'untested':
      return { ...given, test: await testOf(given.test) };
    case 'among':
      return { ...given, nodes: await find.models(given.nodes) };
    case 'not':
      return { ...given, condition: await conditionWith(find, testOf, given.condition) };
    case 'every':
    case 'some': {
      const parts = given.conditions.map((part) => conditionWith(find, testOf, part));
      return { ...given, conditions: await Promise.all(parts) };
    }
    case 'tag':
    case 'type':
    case 'name':
      return given;
  }
}
