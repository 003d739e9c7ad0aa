import type { NodeId } from '../ids.ts';
import { childrenOf, parentsOf, type Lineage } from '../lineage/lineage.ts';
import type { CascadeTarget } from '../cascadeViews.ts';

/**
 * The newest versions of models, kept up to date while new ones are planned.
 *
 * The versions of a model are found by going up the version edges to the first of them, and down again;
 * those without a successor are its heads (reference §9.1). Cost: each version tree is walked once.
 */
export class VersionHeads {
  readonly #lineage: Lineage;
  readonly #roots = new Map<NodeId, ReadonlySet<NodeId>>();
  /** By root: the heads below it, each under its key. */
  readonly #heads = new Map<NodeId, Map<string, CascadeTarget>>();

  constructor(lineage: Lineage) {
    this.#lineage = lineage;
  }

  headsOf(node: NodeId): CascadeTarget[] {
    if (this.#isAlone(node)) return [{ node }];
    const all = new Map<string, CascadeTarget>();
    for (const root of this.#rootsOf(node))
      for (const [key, head] of this.#headsBelow(root)) all.set(key, head);
    return [...all.values()];
  }

  /** Puts a planned model after `before`, which is a head of `node` or the node itself. */
  add(node: NodeId, before: CascadeTarget, planned: CascadeTarget): void {
    // No other model asks for these heads.
    if (this.#isAlone(node)) return;
    for (const root of this.#rootsOf(node)) {
      const heads = this.#headsBelow(root);
      heads.delete(keyOf(before));
      heads.set(keyOf(planned), planned);
    }
  }

  #isAlone(node: NodeId): boolean {
    const { incoming, outgoing } = this.#lineage;
    for (const edge of incoming.get(node) ?? []) if (edge.kind === 'version') return false;
    for (const edge of outgoing.get(node) ?? []) if (edge.kind === 'version') return false;
    return true;
  }

  #rootsOf(node: NodeId): ReadonlySet<NodeId> {
    // Without recursion: a chain of versions may be longer than the stack is deep.
    const open = [node];
    for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
      const before = parentsOf(this.#lineage, at, 'version');
      const unknown = before.filter((one) => !this.#roots.has(one));
      if (!this.#roots.has(at) && unknown.length > 0) {
        open.push(...unknown);
        continue;
      }
      if (!this.#roots.has(at)) this.#roots.set(at, this.#joined(at, before));
      open.pop();
    }
    return this.#roots.get(node) ?? new Set([node]);
  }

  #joined(node: NodeId, before: readonly NodeId[]): ReadonlySet<NodeId> {
    const [first] = before;
    const known = first === undefined ? new Set([node]) : this.#roots.get(first);
    // One set for a whole chain.
    if (before.length <= 1 && known !== undefined) return known;
    return new Set(before.flatMap((one) => [...(this.#roots.get(one) ?? [])]));
  }

  #headsBelow(root: NodeId): Map<string, CascadeTarget> {
    const known = this.#heads.get(root);
    if (known !== undefined) return known;
    const heads = new Map<string, CascadeTarget>();
    const seen = new Set([root]);
    const open = [root];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      const after = childrenOf(this.#lineage, node, 'version');
      if (after.length === 0) heads.set(keyOf({ node }), { node });
      for (const next of after)
        if (!seen.has(next)) {
          seen.add(next);
          open.push(next);
        }
    }
    this.#heads.set(root, heads);
    return heads;
  }
}

function keyOf(target: CascadeTarget): string {
  return 'node' in target ? target.node : `new ${target.of}`;
}
