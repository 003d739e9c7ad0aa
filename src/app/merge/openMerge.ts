import type { Architecture } from '../../core/architecture.ts';
import { tensorBytes } from '../../core/dtype.ts';
import type { NodeId } from '../../core/ids.ts';
import { LineageError } from '../../core/lineageError.ts';
import { nodeOf } from '../../core/lineage/editLineage.ts';
import { mergeBases } from '../../core/lineage/mergeBase.ts';
import { decideMerge, type Decision } from '../../core/merge/decideMerge.ts';
import type { MergeSide, MergeSides } from '../../core/merge/mergeSide.ts';
import type { Run } from '../../core/ports/run.ts';
import { parentModel, type StoredParent } from '../create/parentModel.ts';
import { snapshotContent } from '../snapshotContent.ts';
import type { MergePorts } from './mergePorts.ts';
import { programOf } from './programOf.ts';
import { unlikeTokens } from './unlikeTokens.ts';

/** A merge with its three models opened and decided on; no value has been read. */
export interface OpenMerge {
  readonly parents: Readonly<Record<keyof MergeSides, StoredParent>>;
  readonly sides: MergeSides;
  readonly decision: Decision;
  /** The best common ancestors; the one taken may be another that a person named. */
  readonly bases: readonly NodeId[];
}

/**
 * Opens two models and their base, and decides layer by layer.
 *
 * @param base - instead of the best common ancestor nearest in content.
 * @throws LineageError `node-missing`, `snapshot-missing`; `merge-refused` where the two have no common
 *   ancestor and no base is named.
 */
export async function openMerge(
  ports: MergePorts,
  x: NodeId,
  y: NodeId,
  base: NodeId | undefined,
  run: Run,
): Promise<OpenMerge> {
  const lineage = await ports.session.lineage();
  const [nodeX, nodeY] = [nodeOf(lineage, x), nodeOf(lineage, y)];
  const bases = mergeBases(lineage, x, y);
  if (base === undefined && bases.length === 0)
    throw new LineageError('merge-refused', {
      reasons: [
        `${nodeX.name} and ${nodeY.name} have no common ancestor: name a base, or average them instead`,
      ],
    });
  const [ofX, ofY] = [await parentModel(ports, x, run), await parentModel(ports, y, run)];
  const ofBase = await baseOf(ports, base === undefined ? bases : [base], [ofX, ofY], run);
  const parents = { base: ofBase, x: ofX, y: ofY };
  const programs = await programsOf(parents, run);
  const side = async (name: keyof MergeSides) => sideOf(ports, parents[name], programs[name], run);
  const sides = { base: await side('base'), x: await side('x'), y: await side('y') };
  const decision = decideMerge(sides);
  return { parents, sides, bases, decision: withTokens(parents, decision) };
}

/** A merge of models that read text differently is refused, however well their layers fit. */
function withTokens({ x, y }: OpenMerge['parents'], decision: Decision): Decision {
  const unlike = unlikeTokens(x.node, y.node);
  if (unlike === undefined || decision.verdict === 'fast-forward') return decision;
  const because = decision.verdict === 'refused' ? [...decision.because, unlike] : [unlike];
  return { ...decision, verdict: 'refused', because };
}

/** The nearest in content: the one with the fewest bytes of tensors that the sides do not have. */
async function baseOf(
  ports: MergePorts,
  bases: readonly NodeId[],
  sides: readonly StoredParent[],
  run: Run,
): Promise<StoredParent> {
  const known = sides.map((side) => new Set(contentsOf(side)));
  let best: { readonly model: StoredParent; readonly other: number } | undefined;
  for (const id of bases) {
    const model = await parentModel(ports, id, run);
    const contents = contentsOf(model);
    let other = 0;
    for (const [i, { dtype, shape }] of model.tensors.entries())
      for (const side of known) if (!side.has(contents[i])) other += tensorBytes(dtype, shape);
    if (best === undefined || other < best.other) best = { model, other };
  }
  if (best === undefined) throw new Error('a merge without a base');
  return best.model;
}

function contentsOf({ stored: { skeleton, manifest } }: StoredParent): (string | undefined)[] {
  return skeleton.tensors.map(({ payload, view }) => {
    const id = manifest.payloads[payload ?? -1]?.id;
    return id === undefined || view === undefined ? id : `${id} ${JSON.stringify(view)}`;
  });
}

async function sideOf(
  ports: MergePorts,
  model: StoredParent,
  program: string | undefined,
  run: Run,
): Promise<MergeSide> {
  return {
    name: model.node.name,
    architecture: await architectureOf(ports, model, run),
    tensors: model.tensors,
    contents: contentsOf(model),
    ...(program === undefined ? {} : { program }),
  };
}

async function architectureOf(
  ports: MergePorts,
  { stored: { node, skeleton, manifest } }: StoredParent,
  run: Run,
): Promise<Architecture> {
  const known = await ports.content.derived(node.snapshot, 'architecture');
  if (known !== undefined) return known as Architecture;
  const content = snapshotContent(ports.content, skeleton, manifest, run.signal);
  return ports.formats.architecture(skeleton, manifest, content, run);
}

/**
 * Texts that are equal for equal computations. Models of one skeleton compute the same; only where all
 * three have their own are their graphs read.
 */
async function programsOf(
  parents: OpenMerge['parents'],
  run: Run,
): Promise<Partial<Record<keyof MergeSides, string>>> {
  const names = ['base', 'x', 'y'] as const;
  const skeletons = names.map((name) => parents[name].stored.manifest.skeleton);
  const programs: Partial<Record<keyof MergeSides, string>> = {};
  for (const name of names) {
    run.signal.throwIfAborted();
    const model = parents[name];
    if (model.stored.skeleton.format !== 'onnx') continue;
    const distinct = new Set(skeletons).size === names.length;
    programs[name] = distinct ? programOf(await model.network()) : model.stored.manifest.skeleton;
  }
  return programs;
}
