import { describe, expect, it } from 'vitest';
import { overflowPool } from './taskA.ts';

describe('the pool of 91 models', () => {
  const pool = overflowPool();

  it('has 91 different models, 90 of them with one parent, 8 with the fault', () => {
    expect(pool.models).toHaveLength(91);
    expect(new Set(pool.models.map(({ bytes }) => bytes.join())).size).toBe(91);
    expect(new Set(pool.edges.map(({ to }) => to)).size).toBe(90);
    expect(pool.edges).toHaveLength(90);
    expect(pool.faulty).toHaveLength(8);
    expect(pool.faulty[0]).toBe('f03-2');
  });

  it('has the same bytes each time', () => {
    expect(overflowPool()).toEqual(pool);
  });
});
