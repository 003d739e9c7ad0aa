import { LineageError } from '../../core/lineageError.ts';
import type { PreparedTest } from '../../core/modelTests/prepareTestData.ts';
import { isWritable, literal } from '../../core/network/literal.ts';
import type { Literal, Network } from '../../core/network/network.ts';

/**
 * Prepared examples as the inputs of a network, in its own dtypes.
 *
 * @param rows - from the first on; all when absent.
 * @throws LineageError `data-unfit` for an input that nothing feeds; `network-unsupported` for a dtype
 *   that no input is made in.
 */
export function feedsOf(
  network: Network,
  { count, inputs }: Pick<PreparedTest, 'count' | 'inputs'>,
  rows = count,
): Map<string, Literal> {
  const wanted = Math.min(rows, count);
  return new Map(
    network.inputs.map(({ name, dtype }) => {
      const found = inputs.get(name);
      if (found === undefined)
        throw new LineageError('data-unfit', {
          reason: `the model also needs "${name}", and the data does not give it`,
        });
      const shape = [wanted, ...found.shape];
      const values = found.values.subarray(0, (found.values.length / count) * wanted);
      const own = values instanceof Float32Array ? 'f32' : 'i32';
      if (own === dtype)
        return [
          name,
          {
            dtype,
            shape,
            bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
          },
        ];
      if (!isWritable(dtype))
        throw new LineageError('network-unsupported', {
          node: name,
          reason: `inputs of type ${dtype} cannot be given here`,
        });
      return [name, literal(dtype, shape, values)];
    }),
  );
}

/** The first rows of feeds. */
export function firstRows(
  feeds: ReadonlyMap<string, Literal>,
  start: number,
  rows: number,
): Map<string, Literal> {
  return new Map(
    [...feeds].map(([name, { dtype, shape, bytes }]) => {
      const rowBytes = bytes.length / (shape[0] ?? 1);
      return [
        name,
        {
          dtype,
          shape: [rows, ...shape.slice(1)],
          bytes: bytes.slice(start * rowBytes, (start + rows) * rowBytes),
        },
      ];
    }),
  );
}
