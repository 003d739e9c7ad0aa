import { evaluate } from '../../autograd/evaluate/evaluate.ts';
import { ndArrayOf, type NdArray } from '../../autograd/evaluate/ndArray.ts';
import { literal } from '../../core/network/literal.ts';
import type { Literal } from '../../core/network/network.ts';
import type { Held, Runtime } from '../runtime/runtime.ts';

interface HeldArray extends Held {
  readonly array: NdArray;
}

/**
 * Networks in plain TypeScript and float64: what the other backends are checked against. Half precision is
 * computed as float64 too, and cannot be read back.
 */
export function referenceRuntime(): Runtime {
  let live = 0;
  const keep = (array: NdArray): HeldArray => {
    live++;
    return {
      array,
      dtype: array.dtype,
      shape: array.shape,
      read: () => Promise.resolve(literalOfArray(array)),
      free: () => {
        live--;
      },
    };
  };
  return {
    backend: 'reference',
    f16: false,
    version: 'plain float64',
    hold: (tensor) => keep(ndArrayOf(tensor)),
    open: (network) =>
      Promise.resolve({
        digest: '',
        run: (feeds) => {
          const given = new Map(
            [...feeds].map(([name, held]) => [name, (held as HeldArray).array]),
          );
          const made = evaluate(network, given);
          return Promise.resolve(new Map([...made].map(([name, array]) => [name, keep(array)])));
        },
        release: () => undefined,
      }),
    lost: new Promise<string>(() => undefined),
    live: () => live,
    close: () => Promise.resolve(),
  };
}

function literalOfArray({ dtype, shape, data }: NdArray): Literal {
  return literal(dtype as Parameters<typeof literal>[0], shape, data);
}
