import type { Lineage } from '../../core/lineage/lineage.ts';
import type { BasePlan } from '../../core/planning/basePlan.ts';
import type { RepackPlanView } from '../../core/repackViews.ts';
import { readSnapshot } from '../readSnapshot.ts';
import type { PlannedChange } from './plannedChange.ts';
import type { RepackPorts } from './repackPorts.ts';
import { ownerOf, type Survey } from './surveyStore.ts';

/** Examples shown. */
const shown = 12;
/** Smaller chunks are read along with their neighbours: what they cost for each byte says nothing. */
const leastRead = 64 * 1024;

interface Planned {
  readonly survey: Survey;
  readonly lineage: Lineage;
  readonly now: BasePlan;
  readonly plan: BasePlan;
  readonly changes: readonly PlannedChange[];
  readonly sampled: number;
}

/** What a person is told of a plan. */
export async function viewPlan(ports: RepackPorts, planned: Planned): Promise<RepackPlanView> {
  const { survey, now, plan, changes, sampled } = planned;
  const { storedBytes } = await ports.content.totals();
  const gain = { delta: 0, structure: 0, alone: 0 };
  let workBytes = 0;
  for (const { way, before } of changes) {
    const kind =
      way.derivation !== undefined ? 'structure' : way.bases.length > 0 ? 'delta' : 'alone';
    gain[kind] += before.storedBytes - way.bytes;
    workBytes += before.rawBytes + way.bytes;
    for (const base of way.bases) workBytes += survey.chunks[base]?.storage.rawBytes ?? 0;
  }
  for (const kind of ['delta', 'structure', 'alone'] as const) gain[kind] = Math.round(gain[kind]);
  const saved = gain.delta + gain.structure + gain.alone;
  return {
    id: ports.newId(),
    chunks: changes.length,
    before: storedBytes,
    after: storedBytes - saved,
    gain,
    depth: { before: deepest(survey, now), after: deepest(survey, plan) },
    readCost: { before: dearest(survey, now), after: dearest(survey, plan) },
    workBytes: Math.round(workBytes),
    sampled,
    examples: await examplesOf(ports, planned),
  };
}

function deepest({ chunks }: Survey, plan: BasePlan): number {
  return [...chunks.keys()].reduce((depth, unit) => Math.max(depth, plan.depth(unit)), 0);
}

function dearest({ chunks }: Survey, plan: BasePlan): number {
  return chunks.reduce((cost, { storage: { rawBytes } }, unit) => {
    return rawBytes < leastRead ? cost : Math.max(cost, plan.readBytes(unit) / rawBytes);
  }, 0);
}

async function examplesOf(
  ports: RepackPorts,
  { survey, lineage, changes }: Planned,
): Promise<RepackPlanView['examples']> {
  const largest = [...changes]
    .sort((a, b) => gainOf(b) - gainOf(a))
    .slice(0, shown)
    .filter((change) => gainOf(change) > 0);
  return Promise.all(
    largest.map(async ({ way, before }) => {
      const own = await nameOf(ports, survey, lineage, way.to);
      const bases = await Promise.all(
        way.bases.slice(0, 3).map((base) => nameOf(ports, survey, lineage, base)),
      );
      return {
        model: own.model,
        tensor: own.tensor,
        base: bases.map(({ model, tensor }) => `${model}: ${tensor}`).join(', '),
        how: way.derivation?.derivation.is ?? (way.bases.length > 0 ? 'delta' : 'alone'),
        before: before.storedBytes,
        after: Math.round(way.bytes),
      };
    }),
  );
}

function gainOf({ way, before }: PlannedChange): number {
  return before.storedBytes - way.bytes;
}

/** Model and tensor that a chunk belongs to. */
async function nameOf(
  ports: RepackPorts,
  survey: Survey,
  lineage: Lineage,
  unit: number,
): Promise<{ readonly model: string; readonly tensor: string }> {
  const owner = ownerOf(survey, unit);
  const node = owner && lineage.nodes.get(owner.node);
  if (owner === undefined || node === undefined) return { model: 'a removed model', tensor: '' };
  if (owner.index < 0) return { model: node.name, tensor: 'the rest of the file' };
  if (owner.name !== '') return { model: node.name, tensor: owner.name };
  const { skeleton } = await readSnapshot(ports, node.id);
  const found = skeleton.tensors.find(({ payload }) => payload === owner.index);
  return { model: node.name, tensor: found?.name ?? '' };
}
