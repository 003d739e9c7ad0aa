import { savingHeading } from '../../../core/savingHeading.ts';
import type { TensorStorage } from '../../../core/views.ts';
import { counted } from '../../format.ts';

/** How a codec keeps a tensor: in a table's cell, and in a sentence that goes on with what it leans on. */
interface CodecWords {
  readonly short: string;
  readonly long: string;
}

const words: Readonly<Record<string, CodecWords>> = {
  raw: { short: 'as it is', long: 'as it is' },
  exponents: { short: 'by itself', long: 'by itself, its exponents coded in fewer bits' },
  deflate: { short: 'by itself', long: 'by itself, compressed as text is' },
  delta: { short: 'exact delta', long: 'the exact difference to' },
  ranges: { short: 'pieces', long: 'pieces of' },
  gather: { short: 'reordered', long: 'rows or elements in another order, of' },
  sum: { short: 'weighted sum', long: 'a weighted sum of' },
  cast: { short: 'other dtype', long: 'the same numbers in another dtype, of' },
  scaled: { short: 'scaled', long: 'a multiple of' },
  'low-rank': { short: 'low rank', long: 'a change of low rank to' },
  quantised: { short: 'quantised', long: 'quantised from' },
  masked: { short: 'pruned', long: 'a pruned copy of' },
  largest: { short: 'scales', long: 'the scales of' },
  steps: { short: 'lossy steps', long: 'whole steps, what lies between them lost, from' },
};

/** A codec without words of its own still says what kind it is. */
function wordsOf(codec: string, bases: number): CodecWords {
  const known = words[codec];
  if (known !== undefined) return known;
  return bases === 0
    ? { short: 'by itself', long: `by itself (${codec})` }
    : { short: codec, long: `${codec} of` };
}

/** How a tensor is stored, in a word or two: "shared", "exact delta", "by itself". */
export function storedShort(storage: TensorStorage): string {
  const { how, codecs, bases } = storage;
  if (how === 'inline') return 'in the record';
  const kinds = [...new Set(codecs.map((codec) => wordsOf(codec, bases.length).short))].join(', ');
  return storage.sharedWith.length > 0 ? `shared, ${kinds}` : kinds;
}

/** How a tensor is stored, for a sentence that begins with "Kept as" and ends in its bases, if any. */
export function storedLong({ how, codecs, bases }: TensorStorage): string {
  if (how === 'inline') return 'itself, inside the model’s record';
  const long = codecs.map((codec) =>
    codec === 'sum' && bases.length > 1
      ? `a weighted sum of ${counted(bases.length, 'tensor')}:`
      : wordsOf(codec, bases.length).long,
  );
  return long.join(', and ');
}

/** Whether all of it can be had back to the bit from what it is made of: all but lossy steps. */
export function isExact({ codecs, bases }: TensorStorage): boolean {
  return codecs.every((codec) => savingHeading(codec, bases.length) !== 'lossy');
}
