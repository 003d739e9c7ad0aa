import { at } from '../layout/at.ts';
import type { Kept } from './filterLineage.ts';
import type { LineageIndex } from './lineageIndex.ts';

/** What is drawn or hidden as one: a model, or a folded line of versions. */
export interface Units {
  readonly count: number;
  /** Unit of each node; -1 for what the filter took out. */
  readonly unitOf: Int32Array;
  /** Nodes of each unit, oldest version first. */
  readonly members: readonly (readonly number[])[];
}

/**
 * The lines of versions in what is kept: runs of at least two models, each the only successor of its
 * only predecessor, oldest first.
 */
export function versionChains(index: LineageIndex, kept: Kept): number[][] {
  const count = index.nodes.length;
  const before = new Int32Array(count).fill(-1);
  const after = new Int32Array(count).fill(-1);
  index.edges.forEach((edge, e) => {
    if (edge.kind !== 'version' || kept.edges[e] === 0) return;
    const [a, b] = [at(index.from, e), at(index.to, e)];
    // -2: more than one, so the line is cut here.
    after[a] = after[a] === -1 ? b : -2;
    before[b] = before[b] === -1 ? a : -2;
  });
  const follower = (node: number) => {
    const next = at(after, node);
    return next >= 0 && before[next] === node ? next : -1;
  };
  const chains: number[][] = [];
  for (let node = 0; node < count; node++) {
    const previous = at(before, node);
    if (previous >= 0 && follower(previous) === node) continue;
    const chain = [node];
    for (let next = follower(node); next !== -1; next = follower(next)) chain.push(next);
    if (chain.length > 1) chains.push(chain);
  }
  return chains;
}

/** Every kept node in exactly one unit; the nodes of each chain of `folded` in one together. */
export function unitsOf(kept: Kept, folded: readonly (readonly number[])[]): Units {
  const unitOf = new Int32Array(kept.nodes.length).fill(-1);
  const chainOf = new Map(folded.map((chain) => [at(chain, 0), chain]));
  const inside = new Set(folded.flatMap((chain) => chain.slice(1)));
  const members: (readonly number[])[] = [];
  kept.nodes.forEach((keep, node) => {
    if (keep === 0 || inside.has(node)) return;
    const all = chainOf.get(node) ?? [node];
    for (const member of all) unitOf[member] = members.length;
    members.push(all);
  });
  return { count: members.length, unitOf, members };
}
