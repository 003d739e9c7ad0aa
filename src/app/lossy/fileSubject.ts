import type { ModelNode } from '../../core/lineage/graph.ts';
import { freeBatch } from '../../core/network/surgery/freeBatch.ts';
import type { Literal } from '../../core/network/network.ts';
import type { SnapshotContent } from '../../core/ports/modelFormats.ts';
import type { Run } from '../../core/ports/run.ts';
import type { MadeModel } from '../create/creationFunction.ts';
import { joinPieces } from '../create/joinPieces.ts';
import { madeCandidate } from '../create/madeCandidate.ts';
import { literalPieces } from '../import/literalPieces.ts';
import { PieceCache } from '../import/pieceCache.ts';
import { progressMeter } from '../import/progressMeter.ts';
import { scanModel } from '../import/scanModel.ts';
import type { TestSubject } from '../modelTests/testSubject.ts';
import type { LossyPorts } from './lossyPorts.ts';

/**
 * A made model as tests take it, read back from the very file that is going to be stored: what is tested is
 * what a reader will get.
 *
 * @param node - of the original: it says how inputs are prepared.
 * @throws LineageError what reading the file throws.
 */
export async function fileSubject(
  ports: LossyPorts,
  node: ModelNode,
  { name, file }: Pick<MadeModel, 'name' | 'file'>,
  run: Run,
): Promise<TestSubject> {
  const candidate = await madeCandidate(ports, name, file);
  const size = candidate.files.reduce((sum, one) => sum + one.sizeBytes, 0);
  const quiet = { signal: run.signal };
  const meter = progressMeter(quiet, size, ports.now);
  const scanned = await scanModel(ports, candidate, new PieceCache(0), meter, quiet);
  const { parsed, skeleton, manifest } = scanned;
  const content: SnapshotContent = {
    payload: (index) => parsed.payload(index),
    literals: () => literalPieces(parsed),
  };
  return {
    stored: false,
    model: {
      node: { ...node, name, snapshot: scanned.snapshot },
      tensors: skeleton.tensors,
      network: async () =>
        freeBatch(await ports.formats.network(skeleton, manifest, content, quiet)),
      values: async (names) => {
        const found = new Map<string, Literal>();
        for (const { name: each, dtype, shape, payload, view } of skeleton.tensors) {
          if (!names.includes(each) || payload === undefined || view !== undefined) continue;
          const bytes = await joinPieces(
            content.payload(payload),
            parsed.payloadBytes[payload] ?? 0,
          );
          found.set(each, { dtype, shape, bytes });
        }
        return found;
      },
    },
  };
}
