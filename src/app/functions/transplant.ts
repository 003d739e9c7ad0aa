import { isMixable, mixTensors } from '../../core/merge/mergeTensors.ts';
import type { Literal } from '../../core/network/network.ts';
import type { Run } from '../../core/ports/run.ts';
import type { TensorEntry } from '../../core/snapshot.ts';
import type { CreationFunction, ParentModel } from '../create/creationFunction.ts';
import { listed, plural } from './wording.ts';

const id = 'transplant';

/** The new base, and the child with the base that it was made from. */
interface Parents {
  readonly fresh: ParentModel;
  readonly child: ParentModel;
  readonly old: ParentModel;
}

function parentsOf(parents: readonly ParentModel[]): Parents {
  const [fresh, child, old] = parents;
  if (fresh === undefined || child === undefined || old === undefined)
    throw new Error('three models');
  return { fresh, child, old };
}

/** How the tensors of the result are made: its file, and what is added up or taken. */
interface Graft {
  readonly carrier: ParentModel;
  /** In all three, of one shape: new base + (child − old base). */
  readonly moved: readonly TensorEntry[];
  /** Whole numbers and codes in all three: from the side that changed them. */
  readonly sided: readonly TensorEntry[];
  /** Only the child has them so. */
  readonly own: readonly TensorEntry[];
}

/** @returns why the child's changes have no place in the new base, in words without a full stop. */
function graftOf({ fresh, child, old }: Parents): Graft | string {
  const [inFresh, inOld] = [fresh, old].map(({ tensors }) => new Map(tensors.map((entry) => [entry.name, entry]))); // prettier-ignore
  const inChild = new Map(child.tensors.map((entry) => [entry.name, entry]));
  if (inFresh === undefined || inOld === undefined) throw new Error('three models');
  const changed = [...inOld.values()].filter((entry) => !alike(entry, inFresh.get(entry.name)));
  const added = [...inFresh.keys()].filter((name) => !inOld.has(name));
  if (changed.length + added.length > 0) {
    const names = [...changed.map(({ name }) => name), ...added];
    return `${fresh.node.name} has other tensors or shapes than ${old.node.name} (${listed(names)}), so the changes of ${child.node.name} have no place in it`;
  }
  const kept = child.tensors.filter((entry) => alike(entry, inOld.get(entry.name)));
  const own = child.tensors.filter((entry) => !alike(entry, inOld.get(entry.name)));
  const moved = kept.filter(({ dtype, payload }) => isMixable(dtype) && payload !== undefined);
  if (moved.length === 0)
    return `${child.node.name} and ${old.node.name} have no weights of one name and shape`;
  const sided = kept.filter(({ dtype, payload }) => !isMixable(dtype) && payload !== undefined);
  const removed = [...inOld.keys()].some((name) => !inChild.has(name));
  const digest = ({ node }: ParentModel) => node.summary.architecture;
  const rebuilt = own.length > 0 || removed || digest(child) !== digest(old);
  if (rebuilt && digest(fresh) !== digest(old))
    return `${fresh.node.name} and ${child.node.name} both compute otherwise than ${old.node.name}, and no file has both`;
  return { carrier: rebuilt ? child : fresh, moved, sided, own };
}

function alike(a: TensorEntry, b: TensorEntry | undefined): boolean {
  return a.dtype === b?.dtype && a.shape.join() === b.shape.join();
}

/**
 * Task arithmetic in place of a recipe that does not exist: the difference that a model has to its old
 * base, on top of a new one. Parents: new base, old child, old base.
 *
 * Source: Ilharco et al., "Editing models with task arithmetic" (arXiv 2212.04089); design.md, section 9.
 */
export const transplant: CreationFunction = {
  id,
  version: 1,
  title: 'Transplant',
  summary:
    'Adds what a model has learnt since its old base to a new base: new base + (model − old base). Task arithmetic, not a training run: choose the new base, the model, and its old base.',
  scenario: 'arithmetic',
  parents: { min: 3, max: 3, role: 'merged' },
  data: { min: 0, max: 0 },
  schema: {},

  unfit(parents) {
    const graft = graftOf(parentsOf(parents));
    return Promise.resolve(typeof graft === 'string' ? graft : undefined);
  },

  plan({ parents }) {
    const all = parentsOf(parents);
    const { moved, sided, own } = checkedGraft(all);
    const [fresh, child, old] = [all.fresh.node.name, all.child.node.name, all.old.node.name];
    const warnings = [
      `This is arithmetic on weights, not a new training run: test the result before you trust it.`,
    ];
    if (sided.length > 0)
      warnings.push(
        `Whole numbers (${listed(sided.map(({ name }) => name))}) cannot be added up: each is taken from the model that changed it, from ${child} where both did.`,
      );
    return Promise.resolve({
      steps: [
        `Compute ${fresh} + (${child} − ${old}) for ${plural(moved.length, 'tensor')}.`,
        ...(own.length === 0
          ? []
          : [`Take ${plural(own.length, 'tensor')} that only ${child} has from it: ${listed(own.map(({ name }) => name))}.`]),
      ],
      models: [nameOf(all)],
      warnings,
      jobs: 0,
    }); // prettier-ignore
  },

  async make({ parents, environment, run }) {
    const all = parentsOf(parents);
    const graft = checkedGraft(all);
    return [
      {
        name: nameOf(all),
        file: { is: 'weights', of: graft.carrier, tensors: await graftedTensors(all, graft, run) },
        parents: [
          { from: { node: all.fresh.node.id }, role: 'base' },
          { from: { node: all.child.node.id }, role: 'merged' },
          { from: { node: all.old.node.id }, role: 'merged' },
        ],
        environment,
      },
    ];
  },
};

function nameOf({ fresh, child }: Parents): string {
  return `${child.node.name} on ${fresh.node.name}`;
}

/** The order was settled, so it fits. */
function checkedGraft(parents: Parents): Graft {
  const graft = graftOf(parents);
  if (typeof graft === 'string') throw new Error(graft);
  return graft;
}

async function graftedTensors(
  { fresh, child, old }: Parents,
  { moved, sided, own, carrier }: Graft,
  run: Run,
): Promise<ReadonlyMap<string, Literal>> {
  const results = new Map<string, Literal>();
  const read = async (from: ParentModel, name: string): Promise<Literal> => {
    const value = (await from.values([name])).get(name);
    if (value === undefined) throw new Error(`${from.node.name} has no values of ${name}`);
    return value;
  };
  for (const { name, dtype } of [...moved, ...sided]) {
    run.signal.throwIfAborted();
    const base = await read(old, name);
    const [x, y] = [await read(fresh, name), await read(child, name)];
    // What one of them did not change is the other's, to the last bit.
    if (sameBytes(y, base)) results.set(name, x);
    else if (sameBytes(x, base) || !isMixable(dtype)) results.set(name, y);
    else results.set(name, mixTensors({ is: 'task-arithmetic', a: 1, b: 1 }, { x, y, base }));
  }
  // In the child's file its own tensors are there already.
  if (carrier !== child && own.length > 0) throw new Error('tensors without a place');
  return results;
}

function sameBytes(a: Literal, b: Literal): boolean {
  return a.bytes.length === b.bytes.length && a.bytes.every((byte, i) => byte === b.bytes[i]);
}
