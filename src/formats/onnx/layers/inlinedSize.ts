import { limits } from '../limits.ts';
import type { FunctionProto, NodeProto } from '../proto/model.ts';
import type { Failure } from '../wire/failure.ts';

/** An operator's domain with the standard's two spellings of its own made one. */
export function domainOf(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

/** What a node names the local function by that it calls: one key for equal names. */
export function functionKey(domain: string, name: string, overload: string): string {
  return JSON.stringify([domainOf(domain), name, overload]);
}

/**
 * Checks, without inlining anything, that inlining all calls ends and stays within `limits.nodes`:
 * thirty functions that call each other twice would be 10^9 nodes.
 *
 * @throws LineageError `format-invalid`: a function that calls itself. `format-unsupported`: too
 *   many nodes, or calls nested deeper than `limits.messageDepth`.
 */
export function checkInlinedSize(
  nodes: readonly NodeProto[],
  functions: ReadonlyMap<string, FunctionProto>,
  failure: Failure,
): void {
  const sizes = new Map<FunctionProto, number>();
  const open: FunctionProto[] = [];
  const sizeOf = (called: FunctionProto, at: number): number => {
    const known = sizes.get(called);
    if (known !== undefined) return known;
    if (open.includes(called))
      throw failure.invalid(at, `the function ${called.name} calls itself`);
    if (open.length >= limits.messageDepth)
      throw failure.unsupported(at, `calls nested more than ${limits.messageDepth} deep`);
    open.push(called);
    const size = sum(called.nodes);
    open.pop();
    sizes.set(called, size);
    return size;
  };
  const sum = (inner: readonly NodeProto[]): number => {
    let total = inner.length;
    for (const node of inner) {
      const called = functions.get(functionKey(node.domain, node.opType, node.overload));
      if (called !== undefined) total += sizeOf(called, node.at);
      for (const { graphs } of node.attributes) for (const each of graphs) total += sum(each.nodes);
      if (total > limits.nodes)
        throw failure.unsupported(node.at, `more than ${limits.nodes} nodes with its calls`);
    }
    return total;
  };
  sum(nodes);
}
