import { describe, expect, it } from 'vitest';
import { openCompute } from '../../compute/openCompute.ts';
import { LineageError } from '../../core/lineageError.ts';
import { quantise } from '../../core/lossy/quantise.ts';
import { stepCounter } from './stepCounter.ts';

/** 4 MiB of weights and of what training made of them, NaN and infinities among them. */
function tensors() {
  const base = Float32Array.from({ length: 1 << 20 }, (_, i) => Math.sin(i * 1.3) / 8);
  const values = base.map((value, i) => value + Math.cos(i * 0.7) * 1e-3);
  values.set([NaN, Infinity, 1e38, -0]);
  const bytes = (numbers: Float32Array) => new Uint8Array(numbers.buffer);
  return { dtype: 'f32', bytes: bytes(values), base: bytes(base), step: 2e-4 } as const;
}

/** A clock by which this thread is slow, whatever it is. */
function biasedClock(): () => number {
  let calls = 0;
  // The probe reads it twice a round, three rounds in this thread first.
  return () => (calls++ < 6 ? calls * 1000 : 6000 + calls);
}

describe('stepCounter', () => {
  it('hands large tensors to the faster device, and nothing changes in what is made', async () => {
    const compute = openCompute({ app: 'test', threads: 1, cores: 1, isolated: false });
    const order = tensors();
    const counted = await stepCounter(compute, biasedClock())(order);
    await compute.close();
    expect(counted).toBeDefined();
    const [made, wanted] = [quantise({ ...order, ...(counted && { counted }) }), quantise(order)];
    expect(Buffer.compare(made.bytes, wanted.bytes)).toBe(0);
    expect(made.integers.findIndex((each, at) => each !== wanted.integers[at])).toBe(-1);
    expect({ ...made, bytes: 0, integers: 0 }).toEqual({ ...wanted, bytes: 0, integers: 0 });
  });

  it('leaves small tensors and other types to the quantiser', async () => {
    const compute = openCompute({ app: 'test', threads: 1, cores: 1, isolated: false });
    compute.describe = () => Promise.reject(new Error('nothing to ask for'));
    const count = stepCounter(compute, biasedClock());
    const { base, bytes, ...rest } = tensors();
    const small = { ...rest, bytes: bytes.subarray(0, 4096), base: base.subarray(0, 4096) };
    expect(await count(small)).toBeUndefined();
    expect(await count({ ...rest, bytes })).toBeUndefined();
    expect(await count({ ...rest, bytes, base, dtype: 'bf16' })).toBeUndefined();
  });

  it('goes on here when the device is lost', async () => {
    const compute = openCompute({ app: 'test', threads: 1, cores: 1, isolated: false });
    const count = stepCounter(compute, biasedClock());
    expect(await count(tensors())).toBeDefined();
    await compute.close();
    compute.predict = () => Promise.reject(new LineageError('device-lost', { reason: 'gone' }));
    expect(await count(tensors())).toBeUndefined();
  });
});
