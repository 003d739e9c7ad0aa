import type { Architecture } from '../../core/architecture.ts';
import type { FlowRow } from '../inspector/layers/fold.ts';
import { attributesInShort } from '../inspector/layers/layerWords.ts';
import { isRun, type Compared } from './alignRows.ts';
import { countStates, stateLooks, type State } from './states.ts';

/** One side of a row. */
export interface Cell {
  readonly kind: string;
  readonly name: string;
  /** Its attributes in short. */
  readonly size: string;
}

/** What a row of the alignment says. A side that has nothing in it is left out. */
export interface RowWords {
  readonly a?: Cell;
  readonly b?: Cell;
  /** Of a layer, or of all layers of a module where it is one. */
  readonly state?: State;
  readonly counts: string;
  readonly spoken: string;
  readonly title: string;
}

function cellOf(
  { layers }: Architecture,
  index: number | undefined,
  label: string,
  other: string | undefined,
): Cell | undefined {
  const layer = layers[index ?? -1];
  if (layer === undefined) return undefined;
  const short = other === undefined || other === layer.name ? label : layer.name;
  return { kind: layer.kind, name: short, size: attributesInShort(layer) };
}

function layerWords({ diff, a, b }: Compared, layer: number, label: string): RowWords {
  const match = diff.layers[layer];
  if (match === undefined) throw new Error('a row of no layer');
  const { word } = stateLooks[match.is];
  const [nameA, nameB] = [a.layers[match.a ?? -1]?.name, b.layers[match.b ?? -1]?.name];
  // B's name made the label, so it stays short; A's is written whole where it is another.
  const cells = { a: cellOf(a, match.a, label, nameB), b: cellOf(b, match.b, label, undefined) };
  const names =
    nameA !== undefined && nameB !== undefined && nameA !== nameB ? [`A: ${nameA}`] : [];
  const notes = [match.label, ...names, ...match.notes];
  return {
    ...(cells.a && { a: cells.a }),
    ...(cells.b && { b: cells.b }),
    state: match.is,
    counts: '',
    spoken: [`${match.label}: ${word}`, ...names, ...match.notes].join(', '),
    title: notes.join('\n'),
  };
}

export function rowWords(compared: Compared, row: FlowRow): RowWords {
  if (row.is === 'layer') return layerWords(compared, row.layer, row.label);
  const matches = row.layers.flatMap((layer) => compared.diff.layers[layer] ?? []);
  const counts = countStates(matches.map(({ is }) => is));
  const states = new Set(matches.map(({ is }) => is));
  const [only] = states;
  const cell: Cell = { kind: '', name: row.label, size: '' };
  return {
    ...(matches.some(({ a }) => a !== undefined) && { a: cell }),
    ...(matches.some(({ b }) => b !== undefined) && { b: cell }),
    ...(states.size === 1 && only !== undefined && { state: only }),
    counts,
    spoken: isRun(row.path) ? row.label : `${row.label}: ${counts}`,
    title: `${row.label}: ${counts}`,
  };
}
