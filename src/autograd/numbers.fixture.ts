import { elementCount } from '../core/dtype.ts';
import type { CaseInput } from './checkGradient.fixture.ts';

/** Numbers in (−1, 1) that look random, exact in f32; others for another `seed`. */
export function mixed(shape: readonly number[], seed = 1): CaseInput {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  const values = Float64Array.from({ length: elementCount(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 12) - 524288 + 0.5) / 524288;
  });
  return { shape, values };
}

/** All different, a twentieth apart or more, in mixed order: no two change places in a difference. */
export function distinct(shape: readonly number[], seed = 1): CaseInput {
  const { values } = mixed(shape, seed);
  const order = Array.from(values, (_, at) => at).sort(
    (a, b) => (values[a] as number) - (values[b] as number),
  );
  const ranked = new Float64Array(order.length);
  order.forEach((at, rank) => {
    ranked[at] = (rank - order.length / 2 + 0.25) / 16;
  });
  return { shape, values: ranked };
}
