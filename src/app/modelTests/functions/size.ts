import type { Metric } from '../../../core/modelTests/modelTest.ts';
import type { TestFunction } from '../testFunction.ts';

const size = (name: string, title: string, unit?: string): Metric => ({
  name,
  title,
  direction: 'min',
  tolerance: { is: 'relative', value: 0.02 },
  ...(unit === undefined ? {} : { unit }),
});

/** What a model takes: its files, its parameters, and what of the store is only its own. */
export const sizeTest: TestFunction = {
  id: 'size',
  version: 1,
  title: 'Size',
  summary:
    'Bytes of the model’s files, its parameters, and the bytes that only it holds in this store.',
  data: 'none',
  schema: {},
  metrics: () => [
    size('fileBytes', 'Size of the files', 'bytes'),
    size('parameters', 'Parameters'),
    {
      ...size('ownBytes', 'Bytes only it holds', 'bytes'),
      // A sibling that is added or removed changes it.
      tolerance: { is: 'relative', value: 1 },
    },
  ],
  unfit: () => Promise.resolve(undefined),
  async run({ model: { node }, stored, ownBytes }) {
    const { sizeBytes, parameterCount } = node.summary;
    return {
      metrics: {
        fileBytes: sizeBytes,
        parameters: parameterCount,
        ...(stored ? { ownBytes: await ownBytes() } : {}),
      },
    };
  },
};
