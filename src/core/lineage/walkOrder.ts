import type { ModelNode } from './graph.ts';

/** Sorts nodes by creation time, then id: the order of whatever a walk leaves open. */
export function earlier(a: ModelNode, b: ModelNode): number {
  if (a.createdAt !== b.createdAt) return a.createdAt - b.createdAt;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}

/** A heap of nodes that gives the earliest first. */
export class EarliestFirst {
  readonly #nodes: ModelNode[] = [];

  add(node: ModelNode): void {
    const nodes = this.#nodes;
    let at = nodes.push(node) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = nodes[above] as ModelNode;
      if (earlier(parent, node) <= 0) break;
      nodes[at] = parent;
      at = above;
    }
    nodes[at] = node;
  }

  /** Takes the earliest out; undefined when there is none. */
  take(): ModelNode | undefined {
    const nodes = this.#nodes;
    const first = nodes[0];
    const last = nodes.pop();
    if (first === undefined || last === undefined || nodes.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      const left = nodes[below];
      const right = nodes[below + 1];
      if (left === undefined) break;
      let least = left;
      if (right !== undefined && earlier(right, left) < 0) {
        least = right;
        below += 1;
      }
      if (earlier(last, least) <= 0) break;
      nodes[at] = least;
      at = below;
    }
    nodes[at] = last;
    return first;
  }
}
