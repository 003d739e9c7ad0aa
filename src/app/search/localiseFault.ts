import type { Literal } from '../../core/network/network.ts';
import type { Run } from '../../core/ports/run.ts';
import { smallestGroup } from '../../core/search/smallestGroup.ts';
import type { LocaliseOrder, LocaliseReport, SearchState, SearchVerdict } from '../../core/searchViews.ts'; // prettier-ignore
import { parentModel, type StoredParent } from '../create/parentModel.ts';
import { withWeights } from '../modelTests/testSubject.ts';
import { Asker } from './askModels.ts';
import type { OnSearch } from './bisectLineage.ts';
import type { SearchPorts } from './searchPorts.ts';
import {
  goodValues,
  sameNames,
  swapGroups,
  type MatchTensors,
  type SwapGroup,
} from './swapGroups.ts';
import { counted, namedList } from './wording.ts';

/**
 * Finds which layers or tensors of a bad model carry its fault: the bad model with the good model's
 * values in all other groups is still bad, and with them in these groups it is good. What only one of the
 * two has stays as it is in the bad model.
 *
 * @param matching - which tensors became which; by name and shape when absent.
 * @throws LineageError `search-unfit` when the good model fails or the bad one passes, `test-missing`,
 *   `node-missing`; an `AbortError`.
 */
export async function localiseFault(
  ports: SearchPorts,
  order: LocaliseOrder,
  run: Run,
  onState: OnSearch,
  matching: MatchTensors = sameNames,
): Promise<LocaliseReport> {
  const asker = new Asker(ports, await ports.session.lineage(), order, run);
  const [good, bad] = [
    await parentModel(ports, order.good, run),
    await parentModel(ports, order.bad, run),
  ];
  await asker.expect(order.bad, 'bad');
  await asker.expect(order.good, 'good');
  const pairs = await matching(good, bad);
  const { groups, unfit } = await swapGroups(good, bad, pairs, order.by);
  const notes = leftOut(asker, [good, bad], pairs, unfit);
  const values = await goodValues(good, groups);
  const swap = new Swaps({ asker, bad, groups, values, order, run, onState });
  const found = await searchGroups(swap, groups, notes);
  return {
    guilty: found.guilty.map(({ label, pairs: members }) => ({
      label,
      tensors: members.map((pair) => pair.bad.name),
    })),
    mends: found.mends,
    tests: asker.tests,
    groups: groups.length,
    summary: `${wording(found, order.by)}; ${counted(asker.tests, 'test')} of ${counted(groups.length, order.by)} that ${groups.length === 1 ? 'differs' : 'differ'}.`,
    notes: [...notes, ...asker.notes],
  };
}

interface Finds {
  readonly guilty: readonly SwapGroup[];
  readonly mends: boolean;
}

/**
 * Finds a smallest guilty part; while the model without it is still bad there is another one, which
 * carries a fault by itself.
 */
async function searchGroups(
  swap: Swaps,
  groups: readonly SwapGroup[],
  notes: string[],
): Promise<Finds> {
  if (groups.length === 0) {
    notes.push('No matched values differ, so nothing can be swapped.');
    return { guilty: [], mends: false };
  }
  const none = await swap.keeping([]);
  if (none !== 'good') {
    notes.push(
      none === 'bad'
        ? 'With all matched values of the good model it is still bad: the fault is in what only one of the two has, or in the structure.'
        : 'With all matched values of the good model the test has no clear outcome, so the fault cannot be told to be in the values.',
    );
    return { guilty: [], mends: false };
  }
  const guilty: SwapGroup[] = [];
  for (;;) {
    const rest = groups.filter((group) => !guilty.includes(group));
    if (guilty.length > 0) {
      const without = rest.length === 0 ? none : await swap.keeping(rest);
      if (without !== 'bad') {
        if (without === 'unknown')
          notes.push('Without what was found the test has no clear outcome.');
        return { guilty, mends: without === 'good' };
      }
    }
    const search = smallestGroup(rest);
    let step = search.next();
    while (step.done !== true) step = search.next(await swap.keeping(step.value));
    guilty.push(...step.value);
  }
}

interface SwapContext {
  readonly asker: Asker;
  readonly bad: StoredParent;
  readonly groups: readonly SwapGroup[];
  readonly values: ReadonlyMap<string, Literal>;
  readonly order: LocaliseOrder;
  readonly run: Run;
  readonly onState: OnSearch;
}

/** Tests the bad model with the good model's values in some groups; each choice once. */
class Swaps {
  readonly #context: SwapContext;
  readonly #known = new Map<string, SearchVerdict>();

  constructor(context: SwapContext) {
    this.#context = context;
  }

  /** The verdict on the model that has its own values in `kept` only. */
  async keeping(kept: readonly SwapGroup[]): Promise<SearchVerdict> {
    const { asker, bad, groups, values, run, order } = this.#context;
    const own = new Set(kept);
    const key = groups.map((group) => Number(own.has(group))).join('');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    run.onProgress?.({
      step: `Testing with ${counted(kept.length, order.by)} of ${asker.name(order.bad)}`,
      done: asker.tests,
      total: asker.tests + 1 + Math.ceil(Math.log2(Math.max(1, kept.length))),
      unit: 'models',
    });
    const swapped = new Map<string, Literal>();
    for (const group of groups)
      for (const pair of own.has(group) ? [] : group.pairs) {
        const value = values.get(pair.bad.name);
        if (value !== undefined) swapped.set(pair.bad.name, value);
      }
    const label = `${asker.name(order.bad)} with ${counted(swapped.size, 'tensor')} of ${asker.name(order.good)}`;
    const { verdict } = await asker.askOf(withWeights(bad, swapped), label);
    this.#known.set(key, verdict);
    this.#tell(kept.length);
    return verdict;
  }

  #tell(left: number): void {
    const { asker, onState, order } = this.#context;
    const state: SearchState = {
      known: asker.tested().map(({ node, verdict }) => ({ node, verdict, tested: true })),
      candidates: [order.bad],
      tests: asker.tests,
      left: Math.ceil(Math.log2(Math.max(1, left))),
    };
    onState(state);
  }
}

function leftOut(
  asker: Asker,
  [good, bad]: readonly [StoredParent, StoredParent],
  pairs: Awaited<ReturnType<MatchTensors>>,
  unfit: readonly string[],
): string[] {
  const only = (model: StoredParent, matched: ReadonlySet<string>) => {
    const names = model.tensors.map(({ name }) => name).filter((name) => !matched.has(name));
    const verb = names.length === 1 ? 'has' : 'have';
    return names.length === 0
      ? []
      : [
          `${namedList(names)} of ${asker.name(model.node.id)} ${verb} no counterpart of the same shape, and nothing is swapped there.`,
        ];
  };
  return [
    ...only(good, new Set(pairs.map((pair) => pair.good.name))),
    ...only(bad, new Set(pairs.map((pair) => pair.bad.name))),
    ...(unfit.length === 0 ? [] : [`${namedList(unfit)} cannot be swapped: other kinds of numbers.`]),
  ]; // prettier-ignore
}

function wording({ guilty, mends }: Finds, by: 'layer' | 'tensor'): string {
  if (guilty.length === 0) return 'No swap of values mends it';
  const names = namedList(guilty.map(({ label }) => label));
  const carry = guilty.length === 1 ? `The ${by} ${names} carries` : `The ${by}s ${names} carry`;
  return `${carry} the fault${mends ? ', and the good model’s values there mend it' : ''}`;
}
