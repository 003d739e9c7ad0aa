import type { PeerModel, PeerTensor } from './peer.ts';

/**
 * Longest common subsequence as MGit backtracks it: an equal pair is taken, else up if strictly better,
 * else left.
 *
 * @returns pairs of indexes, ascending.
 */
export function commonSequence<A, B>(
  a: readonly A[],
  b: readonly B[],
  equal: (a: A, b: B) => boolean,
): (readonly [number, number])[] {
  const width = b.length + 1;
  const best = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number) => best[i * width + j] ?? 0;
  a.forEach((one, i) => {
    b.forEach((other, j) => {
      const longest = equal(one, other) ? at(i, j) + 1 : Math.max(at(i, j + 1), at(i + 1, j));
      best[(i + 1) * width + j + 1] = longest;
    });
  });
  const pairs: [number, number][] = [];
  let [i, j] = [a.length, b.length];
  while (i > 0 && j > 0)
    if (equal(a[i - 1] as A, b[j - 1] as B)) pairs.push([--i, --j]);
    else if (at(i - 1, j) > at(i, j - 1)) i -= 1;
    else j -= 1;
  return pairs.reverse();
}

const sameForm = (a: PeerTensor, b: PeerTensor): boolean =>
  a.dtype === b.dtype && a.bytes.length === b.bytes.length && a.shape.join() === b.shape.join();

/**
 * The tensors of a child with their bases of the same type and shape in a parent: those of equal names,
 * then over what is left the longest common subsequence, for exports rename.
 */
export function pairTensors(child: PeerModel, parent: PeerModel): Map<PeerTensor, PeerTensor> {
  const named = new Map(parent.tensors.map((tensor) => [tensor.name, tensor]));
  const pairs = new Map<PeerTensor, PeerTensor>();
  const taken = new Set<PeerTensor>();
  for (const tensor of child.tensors) {
    const base = named.get(tensor.name);
    if (base === undefined || !sameForm(tensor, base)) continue;
    pairs.set(tensor, base);
    taken.add(base);
  }
  const left = child.tensors.filter((tensor) => !pairs.has(tensor));
  const free = parent.tensors.filter((tensor) => !taken.has(tensor));
  for (const [i, j] of commonSequence(left, free, sameForm)) {
    const [tensor, base] = [left[i], free[j]];
    if (tensor !== undefined && base !== undefined) pairs.set(tensor, base);
  }
  return pairs;
}
