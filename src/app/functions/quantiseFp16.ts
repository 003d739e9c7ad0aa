import { isFloat } from '../../core/dtype.ts';
import type { Literal } from '../../core/network/network.ts';
import { halfOf, halfWeights } from '../../core/network/surgery/halfWeights.ts';
import type { Schema } from '../../core/recipe/schema.ts';
import type { CreationFunction, MadeFile, ParentModel } from '../create/creationFunction.ts';
import { onlyParent, unfitNetwork } from './trainingParents.ts';
import { listed, plural } from './wording.ts';

const schema = {} as const satisfies Schema;

interface Halving {
  readonly file: MadeFile;
  readonly halved: number;
  /** Weights that have numbers beyond 65,504. */
  readonly tooLarge: readonly string[];
}

async function halve(parent: ParentModel): Promise<Halving> {
  if (parent.node.summary.format !== 'onnx') return halveTensors(parent);
  const { network, halved, tooLarge } = halfWeights(await parent.network());
  const metadata = { weights: 'float16' };
  return {
    file: { is: 'network', network, metadata },
    halved: halved.length,
    tooLarge: [...tooLarge.keys()],
  };
}

async function halveTensors(parent: ParentModel): Promise<Halving> {
  const tensors = new Map<string, Literal>();
  const tooLarge: string[] = [];
  let halved = 0;
  for (const { name, dtype, role, payload } of parent.tensors) {
    if (payload === undefined || role === 'optimizer') continue;
    const value = (await parent.values([name])).get(name);
    if (value === undefined) continue;
    const wide = isFloat(dtype) && ['f64', 'f32', 'bf16'].includes(dtype);
    const { half, overflown } = wide ? halfOf(value) : { half: value, overflown: 0 };
    if (overflown > 0) tooLarge.push(name);
    else if (wide) halved++;
    tensors.set(name, overflown > 0 ? value : half);
  }
  return { file: { is: 'tensors', tensors, metadata: { weights: 'float16' } }, halved, tooLarge };
}

/** Stores weights in half precision. */
export const quantiseFp16: CreationFunction = {
  id: 'quantise-fp16',
  version: 1,
  title: 'Half precision',
  summary:
    'Stores the weights in 16 instead of 32 bits: half the size, and results that hardly differ.',
  scenario: 'edge',
  parents: { min: 1, max: 1, role: 'exported-from' },
  data: { min: 0, max: 0 },
  schema,

  async unfit(parents) {
    const parent = onlyParent(parents);
    const wide = parent.tensors.some(
      ({ dtype, role }) => role === 'weight' && ['f64', 'f32', 'bf16'].includes(dtype),
    );
    if (!wide) return `${parent.node.name} has no weights that are wider than half precision`;
    if (parent.node.summary.format !== 'onnx') return undefined;
    const reason = await unfitNetwork(parent);
    if (reason !== undefined) return reason;
    const { halved } = halfWeights(await parent.network());
    return halved.length > 0
      ? undefined
      : `${parent.node.name} has no weights that can be halved: those inside of branches and loops cannot`;
  },

  async plan({ parents }) {
    const parent = onlyParent(parents);
    const { halved, tooLarge } = await halve(parent);
    const onnx = parent.node.summary.format === 'onnx';
    return {
      steps: [
        `Round the numbers of ${plural(halved, 'tensor')} to half precision.`,
        onnx
          ? 'Write an ONNX file that widens them where they are used, so that every runtime can run it.'
          : 'Write them as a safetensors file.',
      ],
      models: [`${parent.node.name}-fp16`],
      warnings:
        tooLarge.length === 0
          ? []
          : [`${listed(tooLarge)} stay as they are: half precision ends at 65,504.`],
      jobs: 0,
    };
  },

  async make({ parents, environment }) {
    const parent = onlyParent(parents);
    const { file } = await halve(parent);
    const from = { node: parent.node.id };
    return [
      {
        name: `${parent.node.name}-fp16`,
        file,
        parents: [{ from, role: 'exported-from' }],
        environment,
      },
    ];
  },
};
