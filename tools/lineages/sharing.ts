import type { TensorId } from '../../src/core/ids.ts';
import type { LineageBench } from './lineageBench.ts';

/** How much smaller models become because what they share is stored once. */
export interface Sharing {
  /** Bytes of the files, and of all different contents in them. */
  readonly raw: number;
  readonly different: number;
  /** Share of a model that the members of the group have in common. */
  readonly common: number;
  /** What (members + 1) models come to when the common share is stored once and the base by itself. */
  readonly wanted: number;
}

/**
 * Measures what equal contents alone give, without deltas and compression, and makes sure that it is at
 * least what a group of n models beside their base can be: (n + 1) / (1 + f + n (1 − f)), where f is the
 * share of a model that the group has in common.
 *
 * @param isShared - of a tensor by name, whether all members of the group are to have it in common.
 * @throws Error when the store has more.
 */
export async function checkSharing(
  bench: LineageBench,
  isShared: (tensor: string) => boolean,
): Promise<readonly string[]> {
  const { ports } = bench.app;
  const { nodes } = await ports.session.lineage();
  const contents = new Map<TensorId, number>();
  let raw = 0;
  let trunk = 0;
  let members = 0;
  for (const { id, snapshot, summary, recipe } of nodes.values()) {
    raw += summary.sizeBytes;
    for (const payload of (await ports.use.snapshot(snapshot)).payloads)
      contents.set(payload.id, payload.sizeBytes);
    if (recipe === undefined) continue;
    members += 1;
    const { initializers } = await bench.networkOf(id);
    trunk = [...initializers].reduce(
      (sum, [name, { bytes }]) => sum + (isShared(name) ? bytes.length : 0),
      0,
    );
  }
  const different = [...contents.values()].reduce((sum, size) => sum + size, 0);
  const found = sharingOf({ raw, different, trunk, members });
  const { common, wanted } = found;
  const reached = raw / different;
  if (reached < wanted)
    throw new Error(`shared ${reached.toFixed(4)} times, and ${wanted.toFixed(4)} was to be had`);
  return [
    `f = ${common.toFixed(4)}: sharing alone makes it ${reached.toFixed(3)} × smaller; ${members + 1} / (1 + f + ${members} (1 − f)) = ${wanted.toFixed(3)}`,
  ];
}

/** @param trunk - bytes that each of the `members` has in common with the others. */
export function sharingOf(sizes: {
  readonly raw: number;
  readonly different: number;
  readonly trunk: number;
  readonly members: number;
}): Sharing {
  const { raw, different, trunk, members } = sizes;
  const models = members + 1;
  const common = trunk / (raw / models);
  return { raw, different, common, wanted: models / (1 + common + members * (1 - common)) };
}
