import type { NodeId } from '../../core/ids.ts';
import type { LossyOrder, LossyPreviewOrder } from '../../core/lossyViews.ts';
import type { ChunkCodec } from '../../core/ports/chunkCodec.ts';
import type { Run } from '../../core/ports/run.ts';
import { judgeOf } from '../modelTests/judge.ts';
import type { TestPorts } from '../modelTests/testPorts.ts';
import { dropInterrupted } from './dropInterrupted.ts';
import type { LossyPorts } from './lossyPorts.ts';
import { makeLossy } from './makeLossy.ts';
import { previewLossy } from './previewLossy.ts';
import { stepCounter } from './stepCounter.ts';
import { promoteOriginals, receiptOf, releaseOriginals } from './replaceOriginals.ts';

/** The part of the lineage service that makes models lossy. */
export function lossyService(testPorts: TestPorts, steps: ChunkCodec) {
  const ports: LossyPorts = {
    ...testPorts,
    judge: judgeOf(testPorts),
    steps,
    countSteps: stepCounter(testPorts.compute, testPorts.now),
  };
  return {
    dropInterrupted: () => dropInterrupted(ports),
    previewLossy: (order: LossyPreviewOrder, run: Run) => previewLossy(ports, order, run),
    makeLossy: (order: LossyOrder, run: Run) => makeLossy(ports, order, run),
    lossyReceipt: (id: NodeId) => receiptOf(ports.session, id),
    promoteLossy: (ids: readonly NodeId[]) => promoteOriginals(ports.session, ids),
    releaseLossy: (ids: readonly NodeId[]) => releaseOriginals(ports.session, ids),
  };
}
