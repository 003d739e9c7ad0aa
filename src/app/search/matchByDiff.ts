import { diffModels } from '../../core/diff/diffModels.ts';
import type { Run } from '../../core/ports/run.ts';
import { readSide, type DiffPorts } from '../diff/diffSide.ts';
import type { MatchedTensor, MatchTensors } from './swapGroups.ts';

/**
 * Matches tensors as a comparison of the two models pairs them: by place in the computation and content,
 * so that a renamed layer is found. A pair that is transposed or of another shape cannot be swapped and
 * is left out.
 */
export function matchByDiff(ports: DiffPorts, run: Run): MatchTensors {
  return async (good, bad) => {
    const [a, b] = [
      await readSide(ports, good.node.id, run),
      await readSide(ports, bad.node.id, run),
    ];
    return diffModels(a.side, b.side).tensors.flatMap((pair): MatchedTensor[] => {
      const [from, to] = [good.tensors[pair.a?.index ?? -1], bad.tensors[pair.b?.index ?? -1]];
      const fits = !pair.transposed && from?.shape.join() === to?.shape.join();
      return from === undefined || to === undefined || !fits ? [] : [{ good: from, bad: to }];
    });
  };
}
