import { describe, expect, it } from 'vitest';
import { exampleRows, examplesJson, type ExampleRow } from './exampleRows.ts';

const kept = (row: Partial<ExampleRow>) =>
  (JSON.parse(examplesJson([{ input: '', expect: '', tolerance: '', ...row }])) as unknown[])[0];

describe('examples written by hand', () => {
  it('reads numbers with commas, spaces or as JSON, and everything else as text', () => {
    expect(kept({ input: '1, 2 3.5', expect: '0.5' })).toEqual({
      input: [1, 2, 3.5],
      expect: [0.5],
    });
    expect(kept({ input: '[[1, 2], [3, 4]]' })).toMatchObject({
      input: [
        [1, 2],
        [3, 4],
      ],
    });
    expect(kept({ input: 'a fine day', expect: 'good' })).toEqual({
      input: 'a fine day',
      expect: 'good',
    });
  });

  it('takes a class whose name is a number in quotes', () => {
    expect(kept({ expect: '"7"' })).toMatchObject({ expect: '7' });
  });

  it('takes several inputs by name, and a tolerance', () => {
    expect(kept({ input: '{"x": [1], "y": [2]}', expect: '3', tolerance: '0.1' })).toEqual({
      input: { x: [1], y: [2] },
      expect: [3],
      tolerance: 0.1,
    });
  });

  it('shows again what it kept', () => {
    const rows: ExampleRow[] = [
      { input: 'a fine day', expect: '"7"', tolerance: '' },
      { input: '1, 2', expect: '0.5', tolerance: '0.01' },
    ];
    expect(exampleRows(examplesJson(rows))).toEqual(rows);
    expect(exampleRows('no JSON')).toBeUndefined();
  });
});
