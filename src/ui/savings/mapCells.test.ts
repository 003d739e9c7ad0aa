import { describe, expect, it } from 'vitest';
import { savingHeadings } from '../../core/savingsViews.ts';
import { nodeId } from '../modelNode.fixture.ts';
import { at, mapModels, mapTensors, mostlyBy, stepTo } from './mapCells.ts';
import { modelSavings, sampleSavings } from './savings.fixture.ts';

const box = { x: 0, y: 0, width: 700, height: 400 };
const area = (boxes: readonly { width: number; height: number }[]) =>
  boxes.reduce((sum, { width, height }) => sum + width * height, 0);

describe('the map of stored bytes', () => {
  it('shows all that is stored: models, and what belongs to none', () => {
    const report = sampleSavings();
    const groups = mapModels(report, 'stored', box);
    expect(groups.reduce((sum, group) => sum + group.storedBytes, 0)).toBe(report.storedBytes);
    expect(area(groups)).toBeCloseTo(700 * 400, 3);
    expect(groups.map(({ label }) => label)).toContain('Records');
    for (const group of groups.filter(({ model }) => model !== undefined))
      expect(group.cells.reduce((sum, cell) => sum + cell.storedBytes, 0)).toBe(group.storedBytes);
  });

  it('sized by files shows the models alone, shared tensors too', () => {
    const report = sampleSavings();
    const groups = mapModels(report, 'files', box);
    expect(groups.reduce((sum, group) => sum + group.rawBytes, 0)).toBe(report.rawBytes);
    const cells = groups.flatMap((group) => group.cells);
    expect(cells.some(({ heading }) => heading === 'shared')).toBe(true);
  });

  it('draws tensors too small to be seen as one box, and loses no byte', () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => [`t${index}`, 8, 1 + (index % 90) ** 3, 'alone'] as const); // prettier-ignore
    const model = modelSavings(nodeId(0), 'many', rows);
    const cells = mapTensors(model, 'stored', box);
    expect(cells.length).toBeLessThan(20_000);
    expect(cells.some(({ label }) => label.endsWith('smaller tensors'))).toBe(true);
    expect(cells.reduce((sum, cell) => sum + cell.storedBytes, 0)).toBe(model.storedBytes);
    expect(area(cells)).toBeCloseTo(700 * 400, 1);
  });

  it('owes a model to the heading that saved most', () => {
    const [base, device] = sampleSavings().models;
    expect(base && mostlyBy(base.held)).toBe('alone');
    expect(device && mostlyBy(device.held)).toBe('delta');
    const none = modelSavings(nodeId(0), 'raw', [['t', 5, 5, 'whole']]);
    expect(mostlyBy(none.held)).toBe('whole');
    expect(savingHeadings).toContain(mostlyBy(none.held));
  });

  it('is walked with the arrows, and found by a point', () => {
    const grid = [0, 1].flatMap((row) =>
      [0, 1].map((column) => ({ x: 10 * column, y: 10 * row, width: 10, height: 10 })),
    );
    expect(stepTo(grid, 0, 'ArrowRight')).toBe(1);
    expect(stepTo(grid, 1, 'ArrowDown')).toBe(3);
    expect(stepTo(grid, 3, 'ArrowLeft')).toBe(2);
    expect(stepTo(grid, 2, 'ArrowUp')).toBe(0);
    expect(stepTo(grid, 0, 'ArrowLeft')).toBeUndefined();
    expect(stepTo([], 0, 'ArrowLeft')).toBeUndefined();
    expect(at(grid, 15, 4)).toBe(1);
    expect(at(grid, 25, 4)).toBe(-1);
  });
});
