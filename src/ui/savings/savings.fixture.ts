import type { NodeId } from '../../core/ids.ts';
import {
  savingHeadings,
  type ModelSavings,
  type SavingHeading,
  type SavingsReport,
} from '../../core/savingsViews.ts';
import { nodeId } from '../modelNode.fixture.ts';

type Row = readonly [name: string, raw: number, stored: number, by: SavingHeading];

/** A model of the rows, each byte of a row under the row's heading. */
export function modelSavings(
  node: NodeId | 'datasets',
  name: string,
  rows: readonly Row[],
): ModelSavings {
  const held = Object.fromEntries(
    savingHeadings.map((of) => {
      const own = rows.filter(([, , , by]) => by === of);
      const sum = (place: 1 | 2) => own.reduce((all, row) => all + row[place], 0);
      return [of, { rawBytes: sum(1), storedBytes: sum(2) }];
    }),
  ) as unknown as ModelSavings['held'];
  return {
    node,
    name,
    held,
    rawBytes: rows.reduce((sum, [, raw]) => sum + raw, 0),
    storedBytes: rows.reduce((sum, [, , stored]) => sum + stored, 0),
    tensors: {
      names: rows.map(([label]) => label),
      rawBytes: Float64Array.from(rows, ([, raw]) => raw),
      storedBytes: Float64Array.from(rows, ([, , stored]) => stored),
      by: Uint8Array.from(rows, ([, , , by]) => savingHeadings.indexOf(by)),
    },
  };
}

/** Two models and a data set, with something under every heading, and sums that agree. */
export function sampleSavings(): SavingsReport {
  const models = [
    modelSavings(nodeId(0), 'resnet20-base', [
      ['layer0.conv.weight', 900_000, 760_000, 'alone'],
      ['layer1.conv.weight', 300_000, 300_000, 'whole'],
      ['· structure of the files', 40_000, 9000, 'alone'],
    ]),
    modelSavings(nodeId(1), 'resnet20-device-a', [
      ['layer0.conv.weight', 900_000, 420_000, 'delta'],
      ['layer1.conv.weight', 300_000, 0, 'shared'],
      ['half.weight', 450_000, 4000, 'structure'],
      ['steps.weight', 450_000, 30_000, 'lossy'],
      ['· checksums and encoding', 900, 0, 'beside'],
    ]),
    modelSavings('datasets', 'Data sets', [['digits: digits.csv', 80_000, 21_000, 'alone']]),
  ];
  const held = Object.fromEntries(
    savingHeadings.map((of) => {
      const sum = (place: 'rawBytes' | 'storedBytes') =>
        models.reduce((all, model) => all + model.held[of][place], 0);
      return [of, { rawBytes: sum('rawBytes'), storedBytes: sum('storedBytes') }];
    }),
  ) as unknown as SavingsReport['held'];
  const stored = models.reduce((sum, model) => sum + model.storedBytes, 0);
  return {
    rawBytes: models.reduce((sum, model) => sum + model.rawBytes, 0),
    held,
    kept: { bases: 5000, recipes: 0, undo: 12_000 },
    garbageBytes: 3000,
    recordBytes: 50_000,
    storedBytes: stored + 5000 + 12_000 + 3000 + 50_000,
    usage: stored + 90_000,
    models,
  };
}
