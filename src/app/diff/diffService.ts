import { diffModels } from '../../core/diff/diffModels.ts';
import type {
  ModelDiff,
  TensorDifference,
  TensorDifferenceDetail,
  TensorPair,
  Tile,
  TileOrder,
} from '../../core/diffViews.ts';
import { elementCount } from '../../core/dtype.ts';
import type { NodeId } from '../../core/ids.ts';
import { LineageError } from '../../core/lineageError.ts';
import type { Run } from '../../core/ports/run.ts';
import type { DifferenceMoments } from '../../core/tensor/differences.ts';
import { contentId, readSide, storedTensor, type DiffPorts, type StoredSide } from './diffSide.ts';
import { tensorChange, tensorChangeDetail, type ComparedTensors } from './tensorChange.ts';
import { Turns, type Steps } from './tensorNumbers.ts';
import { tensorTile, type TiledTensors } from './tensorTile.ts';

/** Diffs and tensors' numbers kept in memory, the latest. */
const keptDiffs = 16;
const keptChanges = 20_000;
/** Numbers compared between two pauses, and what any tensor costs, in numbers. */
const numbersInTurn = 512 * 1024;
const costOfAny = 8192;

interface OpenDiff {
  readonly a: StoredSide;
  readonly b: StoredSide;
  readonly diff: ModelDiff;
}

/** What was compared lately, by content. */
class DiffMemory {
  readonly #ports: DiffPorts;
  readonly #diffs = new Map<string, OpenDiff>();
  readonly #changes = new Map<string, DifferenceMoments>();

  constructor(ports: DiffPorts) {
    this.#ports = ports;
  }

  async open(a: NodeId, b: NodeId, run: Run): Promise<OpenDiff> {
    const sideA = await readSide(this.#ports, a, run);
    const sideB = await readSide(this.#ports, b, run);
    const key = `${a} ${sideA.node.snapshot} ${b} ${sideB.node.snapshot}`;
    const known = this.#diffs.get(key);
    if (known !== undefined) return known;
    const found = { a: sideA, b: sideB, diff: diffModels(sideA.side, sideB.side) };
    keep(this.#diffs, key, found, keptDiffs);
    return found;
  }

  async change(opened: OpenDiff, pair: TensorPair, run: Run): Promise<DifferenceMoments> {
    const tensors = comparedTensors(opened, pair);
    const of = (side: StoredSide, { entry }: ComparedTensors['a']): string =>
      `${contentId(side.manifest, entry) ?? ''} ${entry.dtype} ${entry.shape.join()}`;
    const key = [of(opened.a, tensors.a), of(opened.b, tensors.b), pair.transposed].join('\n');
    const known = this.#changes.get(key);
    if (known !== undefined) return known;
    const { content, pause } = this.#ports;
    const change = await tensorChange(content, tensors, { signal: run.signal, pause });
    keep(this.#changes, key, change, keptChanges);
    return change;
  }
}

/**
 * Comparing stored models: their layers and tensors by structure and content, then, where contents
 * differ, how. What was computed once is kept by content while the worker lives.
 */
export function diffService(ports: DiffPorts) {
  const { content, pause } = ports;
  const memory = new DiffMemory(ports);
  const steps = ({ signal }: Run): Steps => ({ signal, pause });
  return {
    diff: async (a: NodeId, b: NodeId, run: Run): Promise<ModelDiff> =>
      (await memory.open(a, b, run)).diff,

    /**
     * How tensors differ, small ones first, each told as soon as it is known, and all at the end. Without `pairs` those that
     * are changed: equal ones are not read.
     */
    async tensorDifferences(
      a: NodeId,
      b: NodeId,
      pairs: readonly number[] | undefined,
      run: Run,
      onRow: (row: TensorDifference) => void,
    ): Promise<TensorDifference[]> {
      const opened = await memory.open(a, b, run);
      const wanted = smallFirst(opened.diff, pairs ?? changedPairs(opened.diff));
      const total = wanted.reduce((sum, { elements }) => sum + elements, 0);
      const turns = new Turns(steps(run), numbersInTurn);
      const rows: TensorDifference[] = [];
      let done = 0;
      for (const { pair, elements } of wanted) {
        run.signal.throwIfAborted();
        await turns.take(costOfAny + elements);
        const row = { pair, ...(await memory.change(opened, pairOf(opened, pair), run)) };
        rows.push(row);
        onRow(row);
        done += elements;
        run.onProgress?.({ step: 'Comparing tensors', done, total, unit: 'steps' });
      }
      return rows;
    },

    async tensorDifference(
      a: NodeId,
      b: NodeId,
      pair: number,
      run: Run,
    ): Promise<TensorDifferenceDetail> {
      const opened = await memory.open(a, b, run);
      const row = pairOf(opened, pair);
      const change = await memory.change(opened, row, run);
      const tensors = comparedTensors(opened, row);
      return { pair, ...(await tensorChangeDetail(content, tensors, change, steps(run))) };
    },

    /** @throws LineageError `format-unsupported` for a side that the pair has not, or of another shape. */
    async tile(a: NodeId, b: NodeId, pair: number, order: TileOrder, run: Run): Promise<Tile> {
      const opened = await memory.open(a, b, run);
      const row = pairOf(opened, pair);
      return tensorTile(content, tiledTensors(opened, row, order.of), order, steps(run));
    },
  };
}

function tiledTensors(opened: OpenDiff, row: TensorPair, of: TileOrder['of']): TiledTensors {
  if (of === 'difference') return comparedTensors(opened, row);
  const side = opened[of];
  const tensor = storedTensor(side, row[of]?.index);
  if (tensor === undefined) throw unfit(side, `a picture of ${describe(row)}`);
  return { [of]: tensor, transposed: row.transposed };
}

/** Pairs with their sizes, so that most rows are there soon. */
function smallFirst(
  { tensors }: ModelDiff,
  pairs: readonly number[],
): { readonly pair: number; readonly elements: number }[] {
  const sized = pairs.map((pair) => ({
    pair,
    elements: elementCount(tensors[pair]?.shapeB ?? []),
  }));
  return sized.sort((p, q) => p.elements - q.elements || p.pair - q.pair);
}

function changedPairs({ tensors }: ModelDiff): number[] {
  return tensors.flatMap(({ is, dtype }, index) =>
    is === 'changed' && dtype !== 'string' ? [index] : [],
  );
}

function pairOf({ diff, b }: OpenDiff, pair: number): TensorPair {
  const found = diff.tensors[pair];
  if (found === undefined) throw unfit(b, `a comparison of tensors ${pair}: there are ${diff.tensors.length}`); // prettier-ignore
  return found;
}

function comparedTensors({ a, b }: OpenDiff, pair: TensorPair): ComparedTensors {
  const left = storedTensor(a, pair.a?.index);
  const right = storedTensor(b, pair.b?.index);
  if (left === undefined || right === undefined || pair.is === 'reshaped')
    throw unfit(b, `a difference of ${describe(pair)}`);
  return { a: left, b: right, transposed: pair.transposed };
}

function describe({ a, b, is, dtype }: TensorPair): string {
  return `${b?.name ?? a?.name ?? 'a tensor'}, which is ${dtype === 'string' ? 'text' : is}`;
}

function unfit({ node }: StoredSide, what: string): LineageError<'format-unsupported'> {
  const { fileName: file, format } = node.summary;
  return new LineageError('format-unsupported', { file, format, at: 0, what });
}

/** Adds to a map, and drops what was added first when it is full. */
function keep<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
  map.set(key, value);
  const [first] = map.keys();
  if (map.size > most && first !== undefined) map.delete(first);
}
