import type { CascadeRun } from '../../core/cascadeViews.ts';
import type { CreateOrder } from '../../core/creationViews.ts';
import type { NodeId } from '../../core/ids.ts';
import type { Run } from '../../core/ports/run.ts';
import type { TrainingBenchOptions } from '../create/trainingBench.fixture.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { modelTestBench, type BenchOptions } from '../modelTests/modelTestBench.fixture.ts';
import type { CascadeEvent } from '../../core/cascadeViews.ts';
import type { CascadePorts } from './cascadePorts.ts';
import { resumeCascade, runCascade } from './runCascade.ts';

/** Of testing and of training. */
export type CascadeBenchOptions = BenchOptions & TrainingBenchOptions;

export const short = { epochs: 1, batchSize: 12, learningRate: 0.05 };

/** The use cases of cascades on a store in memory, with a perceptron `base` and points for it. */
export async function cascadeBench(options: CascadeBenchOptions = {}) {
  const bench = await modelTestBench(options);
  return withCascades(bench);
}

export function withCascades<
  Bench extends Pick<Awaited<ReturnType<typeof modelTestBench>>, 'ports' | 'judge' | 'create'>,
>(bench: Bench) {
  const ports: CascadePorts = { ...bench.ports, judge: bench.judge };
  const made = async (order: CreateOrder): Promise<NodeId> => {
    const { models } = await bench.create({ device: 'wasm', ...order });
    const last = models.at(-1)?.id;
    if (last === undefined) throw new Error('nothing was made');
    return last;
  };
  const call = (
    run: Partial<Run> = {},
    onEvent: (event: CascadeEvent) => void = () => undefined,
  ) => ({
    run: { ...noRun, ...run },
    onEvent,
    controls: new Map(),
  });
  return {
    ...bench,
    ports,
    made,
    call,
    cascade: (order: CascadeRun, run: Partial<Run> = {}) => runCascade(ports, order, call(run)),
    resume: (id: string) => resumeCascade(ports, id, call()),
    nodes: async () => [...(await ports.session.lineage()).nodes.values()],
    named: async (name: string) => {
      const { nodes, names } = await ports.session.lineage();
      const id = names.get(name);
      const node = id && nodes.get(id);
      if (node === undefined) throw new Error(`no model ${name}`);
      return node;
    },
  };
}

/**
 * `base` with two finetuned children `a` and `b`, their average `d`, a pruned `e` of it, and the new version
 * `base2` of `base`.
 */
export async function diamondBench(options: CascadeBenchOptions = {}) {
  const bench = await cascadeBench(options);
  const { base, points, made } = bench;
  const finetune = { function: 'finetune', data: [points], arguments: short };
  const a = await made({ ...finetune, parents: [base], name: 'a' });
  const b = await made({ ...finetune, parents: [base], name: 'b', seed: 2 });
  const d = await made({ function: 'linear-average', parents: [a, b], name: 'd' });
  const e = await made({ function: 'prune', parents: [d], name: 'e' });
  const base2 = await made({
    ...finetune,
    parents: [base],
    name: 'base2',
    seed: 9,
    asVersion: true,
  });
  return { ...bench, a, b, d, e, base2 };
}
