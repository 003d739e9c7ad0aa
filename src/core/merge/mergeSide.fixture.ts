import type { Architecture, LayerEdge } from '../architecture.ts';
import type { TensorEntry } from '../snapshot.ts';
import type { MergeSide } from './mergeSide.ts';

/** A layer of a model for tests: the content of its tensors by slot, and its width. */
export interface TestLayer {
  readonly weight: string;
  readonly bias?: string;
  readonly out?: number;
  readonly kind?: string;
}

/**
 * A side of named layers and the edges between them, `a>b`; contents are any texts.
 *
 * @param loose - tensors that no layer owns, by name.
 */
export function testSide(
  name: string,
  layers: Readonly<Record<string, TestLayer>>,
  edges: readonly string[],
  change: {
    readonly assumed?: boolean;
    readonly loose?: Readonly<Record<string, string>>;
    readonly program?: string;
    readonly outputs?: Architecture['outputs'];
    readonly via?: Readonly<Record<string, string>>;
  } = {},
): MergeSide {
  const names = Object.keys(layers);
  const tensors: TensorEntry[] = [];
  const contents: string[] = [];
  const add = (tensor: string, content: string, shape: readonly number[]): number => {
    tensors.push({ name: tensor, dtype: 'f32', shape, payload: tensors.length, role: 'weight' });
    return contents.push(content) - 1;
  };
  const built = Object.entries(layers).map(([layer, { weight, bias, out = 4, kind = 'Linear' }]) => ({
    name: layer,
    kind,
    attributes: { in: 4, out },
    parameters: [
      { slot: 'weight', tensor: add(`${layer}.weight`, `${layer} ${weight}`, [out, 4]), transposed: false },
      ...(bias === undefined
        ? []
        : [{ slot: 'bias', tensor: add(`${layer}.bias`, `${layer} bias ${bias}`, [out]), transposed: false }]),
    ],
  })); // prettier-ignore
  for (const [tensor, content] of Object.entries(change.loose ?? {})) add(tensor, content, [1]);
  const end = (text: string) => (text === 'IN' || text === 'OUT' ? text : names.indexOf(text));
  const architecture: Architecture = {
    layers: built,
    edges: edges.map((edge): LayerEdge => {
      const [from = '', to = ''] = edge.split('>');
      const via = change.via?.[edge] ?? 'Relu';
      return { from: end(from) as LayerEdge['from'], to: end(to) as LayerEdge['to'], via: [via] };
    }),
    assumedEdges: change.assumed ?? false,
    inputs: [{ name: 'x', dtype: 'f32', shape: ['n', 4] }],
    outputs: change.outputs ?? [{ name: 'y', dtype: 'f32', shape: ['n', 4] }],
    opsets: {},
    operators: {},
    parameterCount: 0,
    unusedTensors: [],
    metadata: {},
  };
  return {
    name,
    architecture,
    tensors,
    contents,
    ...(change.program === undefined ? {} : { program: change.program }),
  };
}

/** emb → enc → {headA, headB}, as the reference's worked cases have it. */
export const twoHeads = ['IN>emb', 'emb>enc', 'enc>headA', 'enc>headB', 'headA>OUT', 'headB>OUT'];

/** A model of `twoHeads` whose changed layers have the given contents. */
export function twoHeaded(name: string, changed: Readonly<Record<string, string>> = {}): MergeSide {
  const layer = (id: string): TestLayer => ({ weight: changed[id] ?? '0', bias: changed[`${id}.bias`] ?? '0' }); // prettier-ignore
  const layers = Object.fromEntries(['emb', 'enc', 'headA', 'headB'].map((id) => [id, layer(id)]));
  return testSide(name, layers, twoHeads);
}
