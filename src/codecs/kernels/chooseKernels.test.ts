import { describe, expect, it } from 'vitest';
import { withKernels } from './chooseKernels.ts';
import type { TensorKernels } from './tensorKernels.ts';

/** An error as WebAssembly throws it. */
function trap(): Error {
  return Object.assign(new Error('memory access out of bounds'), { name: 'RuntimeError' });
}

const opens = (kernels: TensorKernels) =>
  kernels.open(8, { log: 2, float: true }, undefined, undefined);

describe('choosing kernels', () => {
  it('keeps one instance from chunk to chunk', () => {
    expect(withKernels((kernels) => kernels)).toBe(withKernels((kernels) => kernels));
  });

  it('goes on with the plain kernels after a trap, and with a new instance after that', () => {
    const before = withKernels((kernels) => kernels);
    const used: TensorKernels[] = [];
    const result = withKernels((kernels) => {
      used.push(kernels);
      if (used.length === 1) throw trap();
      return opens(kernels);
    });
    expect(result).toBe(true);
    expect(used).toHaveLength(2);
    expect(used[0]).toBe(before);
    const after = withKernels((kernels) => kernels);
    expect(used).not.toContain(after);
    expect(after.constructor).toBe(before.constructor);
    expect(opens(after)).toBe(true);
  });

  it('passes on what is no trap, and takes a new instance then', () => {
    const before = withKernels((kernels) => kernels);
    const fault = new Error('not of WebAssembly');
    expect(() =>
      withKernels(() => {
        throw fault;
      }),
    ).toThrow(fault);
    expect(withKernels((kernels) => kernels)).not.toBe(before);
  });

  it('serves work that comes here again', () => {
    const inner = withKernels((outer) => withKernels((kernels) => kernels !== outer));
    expect(inner).toBe(true);
  });
});
