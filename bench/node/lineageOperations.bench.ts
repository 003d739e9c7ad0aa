import { ancestors, descendants } from '../../src/core/lineage/ancestry.ts';
import type { NodeId } from '../../src/core/ids.ts';
import type { Lineage } from '../../src/core/lineage/lineage.ts';
import type { EdgeKind } from '../../src/core/lineage/graph.ts';
import { mergeBases } from '../../src/core/lineage/mergeBase.ts';
import { planCascade, type CascadeRules } from '../../src/core/cascade/planCascade.ts';
import { walk } from '../../src/core/lineage/walk.ts';
import { chain, federated, lineageWith, taskRows, type Joined } from '../../src/core/lineage/walkGraphs.fixture.ts'; // prettier-ignore
import { beginBisect, afterOutcome } from '../../src/core/search/bisect.ts';
import { printTable, timed } from './table.ts';

const size = 10_000;
const runs = 9;
const both: readonly EdgeKind[] = ['provenance', 'version'];

/** A graph, a node near its top and one near its bottom. */
interface Case {
  readonly name: string;
  readonly lineage: Lineage;
  readonly top: NodeId;
  readonly bottom: NodeId;
}

/**
 * One operation on graphs of 10,000 models; a new row is one more entry. Each gives how much it found, so
 * that a row shows that it had something to do.
 */
const operations: readonly {
  readonly name: string;
  readonly run: (graph: Case) => number;
}[] = [
  { name: 'all descendants', run: ({ lineage, top }) => descendants(lineage, [top]).size },
  { name: 'all ancestors', run: ({ lineage, bottom }) => ancestors(lineage, [bottom]).size },
  ...(['breadth-first', 'depth-first', 'topological'] as const).map((order) => ({
    name: `walk, ${order}`,
    run: ({ lineage, top }: Case) =>
      [...walk(lineage, { start: [top], kinds: both, direction: 'down', order })].length,
  })),
  {
    name: 'merge base',
    run: ({ lineage, bottom }) => {
      const [edge] = lineage.incoming.get(bottom) ?? [];
      return mergeBases(lineage, bottom, edge?.from ?? bottom).length;
    },
  },
  {
    name: 'bisect: first plan',
    run: ({ lineage, bottom }) =>
      beginBisect(lineage, { bad: bottom, kinds: both }).candidates.length,
  },
  {
    name: 'bisect: plan after an outcome',
    run: ({ lineage, bottom }) => {
      const begun = begunAt(lineage, bottom);
      return begun.next === undefined ? 0 : afterOutcome(begun, 'good').candidates.length;
    },
  },
  {
    name: 'cascade: plan',
    run: ({ lineage, top, bottom }) => planCascade(lineage, top, bottom, remade).items.length,
  },
];

/** Each model is made again, by an order: the models here have no recipes. */
const remade: CascadeRules = {
  skip: () => false,
  stop: () => false,
  choice: () => ({ is: 'order', order: { function: 'finetune' } }),
  unfit: () => undefined,
  followsFromParts: () => false,
};

const begun = new Map<Lineage, ReturnType<typeof beginBisect>>();

function begunAt(lineage: Lineage, bottom: NodeId): ReturnType<typeof beginBisect> {
  const known = begun.get(lineage) ?? beginBisect(lineage, { bad: bottom, kinds: both });
  begun.set(lineage, known);
  return known;
}

/** What the graph's operations cost on 10,000 models: at most 50 ms each is the aim. */
export function run(): Promise<void> {
  const cases = graphs();
  console.log(
    `Milliseconds, median of ${runs} runs; in brackets how many models the operation met.\n`,
  );
  printTable(
    ['operation', ...cases.map(({ name }) => name)],
    operations.map((operation) => [
      operation.name,
      ...cases.map((graph) => {
        const { ms, result } = timed(runs, () => operation.run(graph));
        return `${ms.toFixed(1)} (${result})`;
      }),
    ]),
  );
  return Promise.resolve();
}

function graphs(): Case[] {
  const ends = (name: string, lineage: Lineage, top: string, bottom: string): Case => ({
    name,
    lineage,
    top: top as NodeId,
    bottom: bottom as NodeId,
  });
  const rounds = Math.round(size / 6);
  return [
    ends('chain', chain(size), 'n0', `n${size - 1}`),
    ends('rows of versions', taskRows(100, 100), 'base', 't0v99'),
    ends('federated', federated(rounds), 'r0c0', `r${rounds - 1}avg`),
    ends('random', random(), 'n0', `n${size - 1}`),
  ];
}

/** Each node has one to three parents among the 50 before it, drawn from a fixed seed. */
function random(): Lineage {
  let state = 1;
  const below = (limit: number) => {
    state = Math.imul(state, 1_103_515_245) + 12_345;
    return ((state >>> 8) & 0xffff) % limit;
  };
  const names = Array.from({ length: size }, (_, i) => `n${i}`);
  const edges = names.slice(1).flatMap((name, i): Joined[] => {
    const count = 1 + below(3);
    const parents = new Set(Array.from({ length: count }, () => i - below(Math.min(50, i + 1))));
    return Array.from(parents, (parent) => [`n${parent}`, name] as const);
  });
  return lineageWith(names, edges);
}
