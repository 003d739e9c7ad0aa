import type { LossyCurve, LossyPoint, LossyPreviewOrder } from '../../core/lossyViews.ts';
import type { Run } from '../../core/ports/run.ts';
import { effectiveTests } from '../modelTests/effectiveTests.ts';
import { Candidates, pointOf } from './candidates.ts';
import { checkOptions } from './checkLossy.ts';
import type { LossyPorts } from './lossyPorts.ts';
import { measureOriginal } from './lossyTests.ts';
import { openLossy } from './openLossy.ts';
import { isLarge, samplePoint } from './samplePoint.ts';

/**
 * What models would take at several ε, and with `tests` what their tests would say: the curve to choose
 * from. Nothing is made. Tensors are really encoded; of large models only samples, where no tests are asked
 * for, and the point says so. Each model is measured by itself: its base as it is stored now, which becomes
 * the lossy one when both are made.
 *
 * @throws LineageError `node-missing`, `recipe-invalid` for an ε that is none, `chunk-*`.
 * @throws AbortError once `run.signal` is aborted.
 */
export async function previewLossy(
  ports: LossyPorts,
  order: LossyPreviewOrder,
  run: Run,
): Promise<LossyCurve[]> {
  for (const options of order.options) checkOptions(options);
  const lineage = await ports.session.lineage();
  const curves: LossyCurve[] = [];
  const total = order.nodes.length * order.options.length;
  let done = 0;
  for (const id of order.nodes) {
    const open = await openLossy(ports, id, run);
    const { node } = open.original;
    const candidates = new Candidates(ports, open, run);
    const subject = { model: open.original, stored: true };
    const tests = order.tests === true ? effectiveTests(lineage, id) : [];
    const measured = await measureOriginal(ports, tests, subject, order.device, run);
    const points: LossyPoint[] = [];
    for (const options of order.options) {
      run.signal.throwIfAborted();
      run.onProgress?.({
        step: `${node.name} at ε ${options.epsilon}`,
        done,
        total,
        unit: 'steps',
      });
      if (measured.length === 0 && isLarge(open))
        points.push(await samplePoint(ports, open, options));
      else {
        const candidate = await candidates.make(options);
        const rows = measured.length === 0 ? [] : await candidates.judge(candidate, measured, order.device); // prettier-ignore
        points.push(pointOf(open, candidate, rows));
      }
      done++;
    }
    const { base } = open;
    curves.push({
      node: id,
      name: node.name,
      points,
      ...(base === undefined ? {} : { base: base.node.id }),
    });
  }
  return curves;
}
