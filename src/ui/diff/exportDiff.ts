import type { FlowRow } from '../inspector/layers/fold.ts';
import type { Alignment, Compared } from './alignRows.ts';
import { barLength, changeText, layerChange, type KnownRows } from './layerChange.ts';
import { rowWords } from './rowWords.ts';
import { stateLooks, type State } from './states.ts';

interface Names {
  readonly a: string;
  readonly b: string;
}

/**
 * A comparison as JSON: the models' names, `ModelDiff`, the layers' names on both sides, and the
 * differences of tensors known so far, by pair. Numbers that are not finite become null.
 */
export function diffDocument(
  { diff, a, b }: Compared,
  names: Names,
  { known, missing }: { readonly known: KnownRows; readonly missing: number },
): string {
  const differences = [...known.values()].sort((p, q) => p.pair - q.pair);
  const document = {
    format: 'mgit-diff-1',
    names,
    ...diff,
    layerNames: { a: a.layers.map(({ name }) => name), b: b.layers.map(({ name }) => name) },
    tensorDifferences: differences,
    tensorsNotCompared: missing,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const width = 1000;
const rowHeight = 26;
const top = 74;
const middle = 500;

/** Colours of the picture, which stands on white wherever it is put. */
const inks: Readonly<Record<State, string>> = {
  equal: '#525d70',
  changed: '#2f57c9',
  reshaped: '#7d4c00',
  moved: '#8a3ba8',
  added: '#17653a',
  removed: '#ae2419',
};

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function text(x: number, y: number, words: string, more = ''): string {
  return `<text x="${x}" y="${y}"${more}>${escaped(words)}</text>`;
}

function rowPicture(compared: Compared, known: KnownRows, row: FlowRow, index: number): string {
  const y = top + index * rowHeight;
  const words = rowWords(compared, row);
  const layers = row.is === 'layer' ? [row.layer] : row.layers;
  const { relative } = layerChange(compared.diff, known, layers);
  const ink = words.state === undefined ? '#182030' : inks[words.state];
  const indent = Math.min(120, row.depth * 12);
  const cell = (x: number, side: typeof words.a) =>
    side ? text(x + indent, y + 17, cut(`${side.kind} ${side.name} ${side.size}`.trim(), 54)) : '';
  const state = words.state === undefined ? undefined : stateLooks[words.state];
  const parts = [
    `<rect x="10" y="${y}" width="${width - 20}" height="${rowHeight - 3}" rx="3" fill="${row.is === 'module' ? '#edf0f5' : '#ffffff'}" stroke="#d3d9e3"/>`,
    cell(20, words.a),
    cell(middle + 110, words.b),
    text(middle - 95, y + 17, state ? `${state.sign} ${state.word}` : cut(words.counts, 32), ` fill="${ink}"`),
  ]; // prettier-ignore
  if (row.is === 'layer' && relative !== undefined)
    parts.push(
      `<rect x="${middle - 22}" y="${y + 8}" width="${(70 * barLength(relative)).toFixed(1)}" height="7" fill="${ink}"/>`,
      text(middle + 102, y + 17, changeText(relative), ` text-anchor="end" fill="${ink}"`),
    );
  return parts.join('');
}

/** The layers side by side as they are folded now, as SVG. */
export function alignmentPicture(
  compared: Compared,
  names: Names,
  { rows }: Alignment,
  known: KnownRows,
): string {
  const height = top + rows.length * rowHeight + 12;
  const { summary, bounded } = compared.diff;
  const heading = `${summary}; divergence ${bounded.structural.toFixed(3)} of structure, ${bounded.contextual.toFixed(3)} of content`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${escaped(`${names.a} and ${names.b}`)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(20, 26, heading, ' font-size="13"'),
    text(20, 56, `A: ${cut(names.a, 60)}`, ' font-weight="bold"'),
    text(middle + 110, 56, `B: ${cut(names.b, 50)}`, ' font-weight="bold"'),
    ...rows.map((row, index) => rowPicture(compared, known, row, index)),
    '</svg>\n',
  ].join('\n');
}
