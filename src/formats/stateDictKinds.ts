import type { AttributeValue } from '../core/architecture.ts';

/** A tensor with its place in the snapshot and its name in the layer: `weight`. */
export interface GroupMember {
  readonly index: number;
  readonly slot: string;
  readonly shape: readonly number[];
}

/** What a group of tensors seems to be. */
export interface Classified {
  readonly kind: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Slot names where they differ from the tensors' own. */
  readonly slots: ReadonlyMap<string, string>;
}

type Shapes = ReadonlyMap<string, readonly number[]>;

const asIs: ReadonlyMap<string, string> = new Map();
const normSlots: ReadonlyMap<string, string> = new Map([
  ['weight', 'scale'],
  ['running_mean', 'mean'],
  ['running_var', 'var'],
]);

/**
 * The layer class of a group of tensors, by shapes and names; the first rule that fits.
 *
 * Source: reference §2.3. Attributes are named as those of layers read from ONNX.
 *
 * @param name - the group's name, which tells an embedding from a linear layer.
 */
export function classify(name: string, members: readonly GroupMember[]): Classified {
  const shapes: Shapes = new Map(members.map(({ slot, shape }) => [slot, shape]));
  return (
    batchNorm(shapes) ??
    recurrent(shapes) ??
    withWeight(name, shapes) ??
    norm(shapes) ?? {
      kind: 'Params',
      attributes: { shapes: members.map(({ shape }) => shape.join('×')) },
      slots: asIs,
    }
  );
}

function batchNorm(shapes: Shapes): Classified | undefined {
  const mean = shapes.get('running_mean');
  if (mean === undefined) return undefined;
  return { kind: 'BatchNormalization', attributes: { channels: mean[0] ?? 1 }, slots: normSlots };
}

/** Gates of a recurrent layer by rows of `weight_ih` over columns of `weight_hh`. */
const cells: ReadonlyMap<number, string> = new Map([
  [4, 'LSTM'],
  [3, 'GRU'],
  [1, 'RNN'],
]);

function recurrent(shapes: Shapes): Classified | undefined {
  const names = [...shapes.keys()].filter((slot) => slot.startsWith('weight_ih'));
  const [first] = names.sort();
  if (first === undefined) return undefined;
  const [rows = 0, input = 0] = shapes.get(first) ?? [];
  const hidden = shapes.get(first.replace('_ih', '_hh'))?.[1] ?? 0;
  const attributes = {
    input,
    hidden,
    directions: names.some((slot) => slot.endsWith('_reverse')) ? 2 : 1,
    layers: names.filter((slot) => !slot.endsWith('_reverse')).length,
  };
  return { kind: cells.get(rows / hidden) ?? 'RNN', attributes, slots: asIs };
}

function withWeight(name: string, shapes: Shapes): Classified | undefined {
  const slot = ['weight', 'weight_v', 'qweight'].find((each) => shapes.has(each));
  const weight = shapes.get(slot ?? only2d(shapes) ?? '');
  const bias = shapes.get('bias');
  if (weight === undefined) return undefined;
  if (weight.length === 2) return matrix(name, weight, bias);
  if (weight.length < 3 || weight.length > 5) return undefined;
  const [outC = 0, inC = 0, ...kernel] = weight;
  const attributes = { rank: kernel.length, inC, outC, kernel, hasBias: present(bias) };
  return { kind: 'Conv', attributes, slots: asIs };
}

function matrix(
  name: string,
  [rows = 0, columns = 0]: readonly number[],
  bias: readonly number[] | undefined,
): Classified | undefined {
  if (bias === undefined && /emb|wte|wpe/i.test(name))
    return { kind: 'Embedding', attributes: { rows, dim: columns }, slots: asIs };
  if (bias !== undefined && bias[0] !== rows) return undefined;
  const attributes = { in: columns, out: rows, hasBias: present(bias) };
  return { kind: 'Linear', attributes, slots: asIs };
}

function present(bias: readonly number[] | undefined): 0 | 1 {
  return bias === undefined ? 0 : 1;
}

/** The only matrix of a group that has no `weight`, where there is just one. */
function only2d(shapes: Shapes): string | undefined {
  const matrices = [...shapes].filter(([, shape]) => shape.length === 2);
  return matrices.length === 1 && shapes.size <= 2 ? matrices[0]?.[0] : undefined;
}

function norm(shapes: Shapes): Classified | undefined {
  const all = [...shapes.values()];
  const length = all[0]?.[0];
  if (length === undefined || !all.every((shape) => shape.length === 1 && shape[0] === length))
    return undefined;
  return { kind: 'Norm', attributes: { channels: length }, slots: normSlots };
}
