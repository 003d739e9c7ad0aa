import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementCount } from '../../core/dtype.ts';
import type { SnapshotContent } from '../../core/ports/modelFormats.ts';
import type { TensorEntry } from '../../core/snapshot.ts';
import { memorySource } from '../memorySource.fixture.ts';
import { hasSharedData, sharedPaths, sharedSource, sharedTitle } from '../sharedData.fixture.ts';
import { bytesOf, store } from '../snapshot.fixture.ts';
import { parseSafetensors } from './parseSafetensors.ts';
import { toSafetensors } from './toSafetensors.ts';

function contentOf(payloads: readonly Uint8Array[]): SnapshotContent {
  return {
    async *payload(index) {
      const bytes = payloads[index] ?? new Uint8Array(0);
      for (let at = 0; at < bytes.length; at += 7)
        yield await Promise.resolve(new Uint8Array(bytes.slice(at, at + 7)));
    },
    async *literals() {
      // A file of tensors alone has none.
    },
  };
}

async function readBack(tensors: readonly TensorEntry[], payloads: readonly Uint8Array[]) {
  const file = toSafetensors('out.safetensors', tensors, { note: 'x' }, contentOf(payloads));
  const bytes = await bytesOf(file);
  expect(bytes.length).toBe(file.sizeBytes);
  expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
  const model = await parseSafetensors(memorySource('out', bytes), 'out');
  return { model, stored: await store(model) };
}

/** A view of up to three dimensions that lies in 60 elements. */
const view = fc
  .record({
    shape: fc.array(fc.nat(3), { maxLength: 3 }),
    strides: fc.array(fc.nat(6), { minLength: 3, maxLength: 3 }),
    offset: fc.nat(5),
  })
  .map(({ shape, strides, offset }) => ({
    shape,
    offset,
    strides: strides.slice(0, shape.length),
  }));

describe('safetensors written from a snapshot', () => {
  it('holds each view element by element, as a gather by definition gives it', async () => {
    const storage = Uint16Array.from({ length: 60 }, (_, index) => index * 257 + 3);
    await fc.assert(
      fc.asyncProperty(fc.array(view, { maxLength: 4 }), async (views) => {
        const tensors = views.map(({ shape, strides, offset }, index): TensorEntry => ({
          name: `t${index}`, dtype: 'f16', shape, payload: 0, role: 'weight',
          view: { byteOffset: 2 * offset, strides },
        })); // prettier-ignore
        const { model, stored } = await readBack(tensors, [new Uint8Array(storage.buffer)]);
        for (const [index, { shape, strides, offset }] of views.entries()) {
          const expected: number[] = [];
          for (let flat = 0; flat < elementCount(shape); flat++) {
            let rest = flat;
            let place = offset;
            for (let axis = shape.length - 1; axis >= 0; axis--) {
              const extent = shape[axis] ?? 1;
              place += (rest % extent) * (strides[axis] ?? 0);
              rest = Math.floor(rest / extent);
            }
            expected.push(storage[place] ?? NaN);
          }
          const found = model.tensors.find(({ name }) => name === `t${index}`);
          const bytes = stored.payloads[found?.payload ?? -1] ?? new Uint8Array(0);
          expect(found?.shape).toEqual(shape);
          expect([...new Uint16Array(bytes.slice().buffer)]).toEqual(expected);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is the same whatever the order of the tensors', async () => {
    const tensors: TensorEntry[] = [
      { name: '10', dtype: 'u8', shape: [3], payload: 0, role: 'weight' },
      { name: '9', dtype: 'f32', shape: [1], payload: 1, role: 'weight' },
      { name: 'b', dtype: 'f32', shape: [1], payload: 1, role: 'weight' },
    ];
    const payloads = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6, 7)];
    const write = (list: TensorEntry[]) =>
      bytesOf(toSafetensors('x', list, {}, contentOf(payloads)));
    expect(await write([...tensors].reverse())).toEqual(await write(tensors));
  });

  it.each(['i4', 'u2', 'c128', 'string'] as const)(
    'refuses %s by the name of its tensor',
    (dtype) => {
      const tensor: TensorEntry = {
        name: 'odd.one',
        dtype,
        shape: [2],
        payload: 0,
        role: 'weight',
      };
      expect(() => toSafetensors('x', [tensor], {}, contentOf([]))).toThrow(/odd\.one/);
    },
  );

  it('refuses a strided view that would have to be held over the limit', () => {
    const tensor: TensorEntry = {
      name: 'far', dtype: 'f32', shape: [2], payload: 0, role: 'weight',
      view: { byteOffset: 0, strides: [2 ** 28] },
    }; // prettier-ignore
    expect(() => toSafetensors('x', [tensor], {}, contentOf([]))).toThrow(/strided view/);
  });
});

describe.skipIf(!hasSharedData)(`a real safetensors file${sharedTitle}`, () => {
  it('keeps the bytes of every tensor when it is written anew', async () => {
    const [name = ''] = sharedPaths(/\.safetensors$/);
    const before = await parseSafetensors(sharedSource(name), 'a');
    const { payloads } = await store(before);
    const { model, stored } = await readBack(before.tensors, payloads);
    expect(model.tensors.length).toBe(before.tensors.length);
    for (const { name: tensor, dtype, shape, payload = -1 } of before.tensors) {
      const after = model.tensors.find((other) => other.name === tensor);
      expect([after?.dtype, after?.shape]).toEqual([dtype, shape]);
      const bytes = stored.payloads[after?.payload ?? -1] ?? new Uint8Array(0);
      expect(Buffer.compare(bytes, payloads[payload] ?? new Uint8Array(1))).toBe(0);
    }
  });
});
