import { quantiseWeights } from '../../core/network/surgery/quantiseWeights.ts';
import { matrixUses } from '../../core/network/surgery/weightUses.ts';
import type { Schema } from '../../core/recipe/schema.ts';
import type { CreationFunction, MakeContext } from '../create/creationFunction.ts';
import { parametersOf } from './adaptation.ts';
import { headsFor } from './headsFor.ts';
import { onlyParent, unfitNetwork } from './trainingParents.ts';
import { counted, listed, plural, rounded } from './wording.ts';

const schema = {} as const satisfies Schema;

/** The tensor whose numbers changed most, and by how much. */
function worst(errors: ReadonlyMap<string, number>): readonly [name: string, error: number] {
  return [...errors].reduce((most, each) => (each[1] > most[1] ? each : most), ['', 0]);
}

/** Stores matrices and kernels in 8 bits. */
export const quantiseInt8: CreationFunction = {
  id: 'quantise-int8',
  version: 1,
  title: '8-bit weights',
  summary:
    'Stores matrices and kernels in 8 bits with a scale for each channel: about a quarter of the size. Give a data set to see what it costs in accuracy.',
  scenario: 'edge',
  parents: { min: 1, max: 1, role: 'exported-from' },
  data: { min: 0, max: 1 },
  schema,

  async unfit(parents) {
    const parent = onlyParent(parents);
    const reason = await unfitNetwork(parent);
    if (reason !== undefined) return reason;
    const network = await parent.network();
    const wide = matrixUses(network).some(
      ({ weight }) => network.initializers.get(weight)?.dtype === 'f32',
    );
    return wide ? undefined : `${parent.node.name} has no f32 matrices or kernels`;
  },

  async plan({ parents }) {
    const parent = onlyParent(parents);
    const network = await parent.network();
    const { errors, notFinite } = quantiseWeights(network);
    const [name, error] = worst(errors);
    return {
      steps: [
        `Round the ${counted(parametersOf(network, errors.keys()))} numbers of ${plural(errors.size, 'tensor')} to 8 bits, with a scale for each output channel.`,
        `The largest change of a weight is ${rounded(error)}, in ${name}.`,
      ],
      models: [`${parent.node.name}-int8`],
      warnings:
        notFinite.length === 0
          ? []
          : [`${listed(notFinite)} stay as they are: not all of their numbers are finite.`],
      jobs: 0,
    };
  },

  async make(context) {
    const parent = onlyParent(context.parents);
    const before = await parent.network();
    const { network, errors } = quantiseWeights(before);
    const [name, error] = worst(errors);
    const metadata = { weights: 'int8', largest_error: String(error), largest_error_in: name };
    const outcome = await compared(context, before, network);
    return [
      {
        name: `${parent.node.name}-int8`,
        file: { is: 'network', network, metadata },
        parents: [{ from: { node: parent.node.id }, role: 'exported-from' }],
        environment: context.environment,
        ...(outcome === undefined ? {} : { outcome }),
      },
    ];
  },
};

type Networks = Parameters<MakeContext['evaluate']>[0];

/** Metrics before and after, where there is data to tell. */
async function compared(context: MakeContext, before: Networks, after: Networks) {
  const [use] = context.data;
  if (use === undefined) return undefined;
  const data = await context.prepared(0);
  if (data.test.count === 0) return undefined;
  const words = { labelSmoothing: 0, numberLoss: 'mean-squared-error' } as const;
  const heads = headsFor(before, use, words);
  return {
    test: await context.evaluate(after, heads, data),
    parentTest: await context.evaluate(before, heads, data),
  };
}
