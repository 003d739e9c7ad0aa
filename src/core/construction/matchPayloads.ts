import { matchTensors } from './matchTensors.ts';
import type { ModelFingerprint, TensorPrint } from './types.ts';

/**
 * For each payload of `child` the payload of `parent` it most likely is a changed copy of, as an
 * index, or undefined; always of the same length in bytes, each of the parent's at most once unless
 * the bytes are equal. Any answer is correct as the base of a delta; a bad one costs bytes.
 *
 * In this order, each over what is left: equal bytes; equal name, dtype and shape; nearest by
 * sampled values; order of occurrence among equal dtype and shape.
 */
export function matchPayloads(
  child: ModelFingerprint,
  parent: ModelFingerprint,
): (number | undefined)[] {
  const result = new Array<number | undefined>(child.payloadBytes.length).fill(undefined);
  const mine = largestUsers(child);
  const theirs = largestUsers(parent);
  const free = new Set(theirs.keys());
  const pair = (c: number, p: number, shared: boolean): void => {
    if (child.payloadBytes[c] !== parent.payloadBytes[p] || result[c] !== undefined) return;
    result[c] = p;
    if (!shared) free.delete(p);
  };

  const byBytes = new Map([...theirs].map(([p, print]) => [contentOf(print), p]));
  for (const [c, print] of mine) {
    const p = byBytes.get(contentOf(print));
    if (p !== undefined) pair(c, p, true);
  }
  for (const c of result) if (c !== undefined) free.delete(c);

  const inOrder = (keyOf: (print: TensorPrint) => string): void => {
    const waiting = new Map<string, number[]>();
    for (const p of free) {
      const print = theirs.get(p);
      if (print === undefined) continue;
      const list = waiting.get(keyOf(print));
      if (list) list.push(p);
      else waiting.set(keyOf(print), [p]);
    }
    for (const [c, print] of mine) {
      if (result[c] !== undefined) continue;
      const p = waiting.get(keyOf(print))?.shift();
      if (p !== undefined) pair(c, p, false);
    }
  };
  inOrder((print) => `${print.name} ${form(print)}`);
  if ([...mine.keys()].some((c) => result[c] === undefined)) {
    for (const match of matchTensors(child, parent)) {
      const [x, y] = [child.tensors[match.a], parent.tensors[match.b]];
      if (x?.payload === undefined || y?.payload === undefined || match.is === 'unlike') continue;
      if (match.comparison?.transposed === true || !free.has(y.payload)) continue;
      if (form(x) === form(y)) pair(x.payload, y.payload, false);
    }
  }
  inOrder(form);
  return result;
}

function form(print: TensorPrint): string {
  return `${print.dtype} ${print.shape.join()}`;
}

function contentOf(print: TensorPrint): string {
  return print.id.replace(/@.*/, '');
}

/** For each payload the largest tensor in it. */
function largestUsers(model: ModelFingerprint): Map<number, TensorPrint> {
  const largest = new Map<number, TensorPrint>();
  for (const print of model.tensors) {
    if (print.payload === undefined) continue;
    const known = largest.get(print.payload);
    if (known === undefined || print.elements > known.elements) largest.set(print.payload, print);
  }
  return largest;
}
