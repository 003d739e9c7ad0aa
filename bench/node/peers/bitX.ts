import { zstdSize } from './packers.ts';
import { pairTensors } from './pairing.ts';
import { mustEqual, sumOver, type Peer, type PeerModel, type PeerTensor } from './peer.ts';
import { exclusiveOr, isShortFloat, joinPlanes, moveSign, splitPlanes, widthOf } from './planes.ts';
import { aloneSize } from './zipNn.ts';

type Pair = readonly [child: PeerTensor, base: PeerTensor];

/** Bytes of what differs from the bases, over all pairs of one width: planes of the XOR by zstd. */
async function pairsSize(pairs: readonly Pair[], width: number): Promise<number> {
  const floats = pairs.filter(([child]) => isShortFloat(child));
  const joined = (side: 0 | 1) =>
    Buffer.concat([...floats, ...pairs.filter((pair) => !floats.includes(pair))].map((pair) => pair[side].bytes)); // prettier-ignore
  const [child, base] = [joined(0), joined(1)];
  const planes = splitPlanes(moveSign(exclusiveOr(child, base), width), width);
  mustEqual(exclusiveOr(moveSign(joinPlanes(planes), width, true), base), child, 'BitX');
  return sumOver(planes, zstdSize);
}

/** Bytes of a model's tensors that no model before had, as the XOR with a parent where it has one. */
async function tensorsSize(
  fresh: readonly PeerTensor[],
  model: PeerModel,
  parent: PeerModel | undefined,
): Promise<number> {
  if (parent === undefined) return aloneSize(fresh);
  const bases = pairTensors(model, parent);
  const pairs = fresh.flatMap((tensor): Pair[] => {
    const base = bases.get(tensor);
    return base === undefined ? [] : [[tensor, base]];
  });
  const solo = fresh.filter((tensor) => !bases.has(tensor));
  const deltas = await sumOver([1, 2, 4, 8], (width) =>
    pairsSize(
      pairs.filter(([child]) => widthOf(child) === width),
      width,
    ),
  );
  return deltas + (await aloneSize(solo));
}

/** Equal tensors once; XOR with the parent, or ZipNN, whichever is smaller for the model. */
export const bitX: Peer = {
  name: 'ZipLLM (BitX)',
  kind: 'exact float deltas',
  source:
    'Z. Wang et al., arXiv 2505.06252 (NSDI 2026): equal files and tensors once, BitX (XOR with the ' +
    'base, exponent apart from sign and mantissa, zstd), ZipNN for tensors without a base. Here each ' +
    'byte of the mantissa is a run of its own and zstd has level 19 or 1, which is smaller',
  tools: ['zstd'],
  size: (models) => {
    const seen = new Set<string>();
    const isNew = (key: string) => !seen.has(key) && seen.add(key).has(key);
    const parts = models.map((model) => ({
      model,
      fresh: model.tensors.filter(({ key }) => isNew(key)),
      rest: isNew(Buffer.from(model.rest).toString('latin1')) ? model.rest : new Uint8Array(0),
    }));
    return sumOver(parts, async ({ model, fresh, rest }) => {
      const sizes = [undefined, ...model.parents].map((parent) =>
        tensorsSize(fresh, model, parent),
      );
      return Math.min(...(await Promise.all(sizes))) + (await zstdSize(rest));
    });
  },
};
