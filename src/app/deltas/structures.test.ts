import { describe, expect, it } from 'vitest';
import { encodeNumbers } from '../../core/network/encodeNumbers.ts';
import type { Literal } from '../../core/network/network.ts';
import { checkIntegrity } from '../storage/checkIntegrity.ts';
import { noRun } from '../import/importModels.fixture.ts';
import { randomNumbers, storeStructure, structuresOf } from './structures.fixture.ts';

function weights(seed: number, shape: readonly number[]): Literal {
  const random = randomNumbers(seed);
  const count = shape.reduce((product, extent) => product * extent, 1);
  return encodeNumbers(
    'f32',
    shape,
    Float64Array.from({ length: count }, () => random()),
  );
}

const base = new Map([
  ['embedding', weights(1, [320, 96])],
  ['gates', weights(2, [256, 96])],
  ['out', weights(3, [128, 64])],
]);

describe('structures of models that follow from others', () => {
  it.each(structuresOf(base).map((each) => [each.name, each] as const))(
    'stores nearly nothing of: %s',
    async (_, structure) => {
      const { rawBytes, storedBytes, codecs, bench } = await storeStructure(structure);
      expect(storedBytes / rawBytes, [...codecs].join('; ')).toBeLessThan(structure.most);
      expect(await checkIntegrity(bench.ports, noRun)).toMatchObject({ ok: true });
    },
    60_000,
  );
});
