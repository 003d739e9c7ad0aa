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
  const pairing = new Pairing(child, parent);
  pairing.byBytes();
  pairing.inOrder((print) => `${print.name} ${form(print)}`);
  if (!pairing.isComplete()) pairing.bySamples();
  pairing.inOrder(form);
  return pairing.result;
}

/** The pairs so far, and what is left. */
class Pairing {
  readonly result: (number | undefined)[];
  readonly #child: ModelFingerprint;
  readonly #parent: ModelFingerprint;
  readonly #mine: ReadonlyMap<number, TensorPrint>;
  readonly #theirs: ReadonlyMap<number, TensorPrint>;
  readonly #free: Set<number>;

  constructor(child: ModelFingerprint, parent: ModelFingerprint) {
    this.result = new Array<number | undefined>(child.payloadBytes.length).fill(undefined);
    this.#child = child;
    this.#parent = parent;
    this.#mine = largestUsers(child);
    this.#theirs = largestUsers(parent);
    this.#free = new Set(this.#theirs.keys());
  }

  isComplete(): boolean {
    return [...this.#mine.keys()].every((c) => this.result[c] !== undefined);
  }

  byBytes(): void {
    const holders = new Map([...this.#theirs].map(([p, print]) => [contentOf(print), p]));
    for (const [c, print] of this.#mine) this.#pair(c, holders.get(contentOf(print)));
    for (const p of this.result) if (p !== undefined) this.#free.delete(p);
  }

  inOrder(keyOf: (print: TensorPrint) => string): void {
    const waiting = new Map<string, number[]>();
    for (const p of this.#free) {
      const print = this.#theirs.get(p);
      if (print === undefined) continue;
      const list = waiting.get(keyOf(print));
      if (list) list.push(p);
      else waiting.set(keyOf(print), [p]);
    }
    for (const [c, print] of this.#mine) {
      if (this.result[c] === undefined) this.#take(c, waiting.get(keyOf(print))?.shift());
    }
  }

  bySamples(): void {
    for (const match of matchTensors(this.#child, this.#parent)) {
      const [x, y] = [this.#child.tensors[match.a], this.#parent.tensors[match.b]];
      if (x?.payload === undefined || y?.payload === undefined || match.is === 'unlike') continue;
      const inPlace = match.comparison?.transposed !== true && form(x) === form(y);
      if (inPlace && this.#free.has(y.payload)) this.#take(x.payload, y.payload);
    }
  }

  #take(c: number, p: number | undefined): void {
    if (p !== undefined && this.#pair(c, p)) this.#free.delete(p);
  }

  #pair(c: number, p: number | undefined): boolean {
    if (p === undefined || this.result[c] !== undefined) return false;
    if (this.#child.payloadBytes[c] !== this.#parent.payloadBytes[p]) return false;
    this.result[c] = p;
    return true;
  }
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
