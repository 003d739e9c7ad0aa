import { gunzip, isGzip } from '../../codecs/gunzip.ts';
import { isLineageError } from '../../core/lineageError.ts';
import type { DataKind, Reading } from '../../core/data/dataset.ts';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import { contentsOf, entriesOf, fileName, headOf, isZip } from './dataFiles.ts';
import { isDocument } from './documents.ts';
import { isIdx } from './idx.ts';
import { imageHeader } from './imageHeader.ts';
import { maxDecodedBytes } from './limits.ts';
import { wordsOf, type LabelPlace } from './mediaLabels.ts';
import { isNpy, parseNpyHeader } from './npy.ts';
import { sniffText } from './sniffText.ts';
import { latin1 } from '../text.ts';
import { isWav } from './wav.ts';

/** A file that is no part of the data set, and why: completes "… is left out: ". */
export interface LeftOut {
  readonly file: string;
  readonly why: string;
}

/** What files seem to be as a data set. */
export type SniffedData =
  | {
      readonly is: 'found';
      readonly kind: DataKind;
      /** How to read them, unless the person knows better. */
      readonly reading: Reading;
      /** What to keep, sorted by path: archives as they are. */
      readonly files: readonly ByteSource[];
      readonly leftOut: readonly LeftOut[];
    }
  | { readonly is: 'nothing'; readonly why: string; readonly leftOut: readonly LeftOut[] };

type FileKind =
  | 'image' | 'wav' | 'idx' | 'npy' | 'npz' | 'text'
  | 'document' | 'page' | 'empty' | 'damaged' | 'other'; // prettier-ignore

const kindWords: Readonly<Record<FileKind, string>> = {
  image: 'a picture',
  wav: 'a sound',
  idx: 'an IDX file',
  npy: 'a NumPy array',
  npz: 'an archive of NumPy arrays',
  text: 'a text',
  document: 'a document about the data',
  page: 'a web page, not data: the download may have gone wrong',
  empty: 'empty',
  damaged: 'damaged: it cannot be unpacked',
  other: 'of a kind that is not known here',
};

/** Kinds that hold no examples. */
const noData = new Set<FileKind>(['document', 'page', 'empty', 'damaged', 'other']);

interface Sorted {
  readonly kind: FileKind;
  /** The file as it was dropped. */
  readonly file: ByteSource;
  /** What is in it, where it is an archive; else itself. */
  readonly contents: readonly ByteSource[];
}

/**
 * Proposes how files are read as one data set, by their first bytes. The commonest kind of file is
 * taken; others are left out and named.
 *
 * @throws LineageError `dataset-invalid` for a damaged archive; `file-unreadable`.
 */
export async function sniffData(files: readonly ByteSource[]): Promise<SniffedData> {
  const sorted: Sorted[] = [];
  for (const file of [...files].sort((a, b) => (a.path < b.path ? -1 : 1)))
    sorted.push(await sort(file));
  const kind = commonest(sorted);
  const leftOut = sorted
    .filter((one) => one.kind !== kind)
    .map((one) => ({ file: one.file.path, why: `it is ${kindWords[one.kind]}` }));
  if (kind === undefined) return { is: 'nothing', why: nothingWords(sorted), leftOut };
  const chosen = sorted.filter((one) => one.kind === kind);
  return propose(kind, chosen, leftOut);
}

function nothingWords(sorted: readonly Sorted[]): string {
  if (sorted.length === 0) return 'there are no files';
  const [first] = sorted;
  const alike = sorted.every(({ kind }) => kind === first?.kind);
  if (first !== undefined && alike && ['page', 'empty', 'damaged'].includes(first.kind))
    return `it is ${kindWords[first.kind]}`;
  return 'no file is a table, text, picture, sound (WAV), IDX or NumPy array: those are read';
}

async function sort(file: ByteSource): Promise<Sorted> {
  if (isDocument(file.path)) return { kind: 'document', file, contents: [file] };
  if (!(await isZip(file))) return { kind: await kindOf(file), file, contents: [file] };
  const contents = await entriesOf(file);
  if (contents.length > 0 && contents.every(({ path }) => path.endsWith('.npy')))
    return { kind: 'npz', file, contents };
  const inside: Sorted[] = [];
  for (const entry of contents) {
    const kind = isDocument(entry.path) ? 'document' : await kindInside(entry);
    inside.push({ kind, file: entry, contents: [entry] });
  }
  const kind = commonest(inside) ?? 'other';
  return { kind, file, contents: inside.filter((one) => one.kind === kind).map((one) => one.file) };
}

/** By name first: an entry would have to be unpacked whole to see its first bytes. */
function kindInside(entry: ByteSource): Promise<FileKind> | FileKind {
  if (/\.(png|jpe?g|webp|gif|bmp|avif)$/i.test(entry.path)) return 'image';
  if (/\.wav$/i.test(entry.path)) return 'wav';
  return kindOf(entry);
}

const headBytes = 4096;

async function kindOf(file: ByteSource): Promise<FileKind> {
  let head = await headOf(file, headBytes);
  // The first bytes of what is packed need all of it: the inflater gives no partial result.
  if (isGzip(head))
    try {
      head = gunzip(await file.read(0, file.sizeBytes), maxDecodedBytes).slice(0, headBytes);
    } catch (error) {
      if (isLineageError(error, 'codec-invalid')) return 'damaged';
      throw error;
    }
  if (imageHeader(head) !== undefined) return 'image';
  if (isWav(head)) return 'wav';
  if (isNpy(head)) return 'npy';
  if (isIdx(head)) return 'idx';
  if (head.length === 0) return 'empty';
  if (!looksLikeText(head)) return 'other';
  return isPage(head) ? 'page' : 'text';
}

/** No control characters; a byte order mark of UTF-16 is left to the reader to name. */
function looksLikeText(head: Uint8Array): boolean {
  return head.every((byte) => byte >= 32 || (byte >= 9 && byte <= 13));
}

/** What a server answers in place of a file that it has not. */
function isPage(head: Uint8Array): boolean {
  return /^\s*<(!doctype html|html[\s>])/i.test(latin1(head.subarray(0, 256)));
}

function commonest(sorted: readonly Sorted[]): FileKind | undefined {
  const counts = new Map<FileKind, number>();
  for (const { kind, contents } of sorted)
    if (!noData.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + contents.length);
  // Of equally many, the one that is surely data before a text, which may be about it.
  return [...counts].sort((a, b) => b[1] - a[1] || Number(a[0] === 'text') - Number(b[0] === 'text'))[0]?.[0]; // prettier-ignore
}

async function propose(
  kind: FileKind,
  chosen: readonly Sorted[],
  leftOut: readonly LeftOut[],
): Promise<SniffedData> {
  const files = chosen.map(({ file }) => file);
  const contents = chosen.flatMap((one) => one.contents);
  const found = (as: DataKind, reading: Reading): SniffedData => ({ is: 'found', kind: as, reading, files, leftOut }); // prettier-ignore
  switch (kind) {
    case 'image':
      return found('images', { is: 'images', labels: labelPlace(contents) });
    case 'wav':
      return found('audio', { is: 'wav', labels: labelPlace(contents) });
    case 'idx':
    case 'npy':
      return found(await arraysKind(contents), { is: kind });
    case 'npz':
      return proposeNpz(chosen, leftOut);
    case 'text':
      return proposeText(files, contents, leftOut);
    case 'document':
    case 'page':
    case 'empty':
    case 'damaged':
    case 'other':
      return { is: 'nothing', why: nothingWords(chosen), leftOut };
  }
}

/** Folders where there are several; else names with few beginnings. */
function labelPlace(files: readonly ByteSource[]): LabelPlace {
  for (const place of ['folder', 'file-name'] as const) {
    const labels = files.map(({ path }) => wordsOf(path, place)?.label);
    const different = new Set(labels).size;
    const enough = different >= 2 && different <= Math.max(2, files.length / 2);
    if (enough && !labels.includes(undefined)) return place;
  }
  return 'none';
}

async function arraysKind(files: readonly ByteSource[]): Promise<DataKind> {
  for (const file of files) {
    const head = await headOf(file, headBytes);
    const bytes = isGzip(head) ? await contentsOf(file, maxDecodedBytes) : head;
    if (isIdx(bytes) && bytes[2] === 8 && (bytes[3] ?? 0) >= 3) return 'images';
    if (isNpy(bytes) && npyRank(bytes, file.path) >= 3) return 'images';
  }
  return 'table';
}

function npyRank(bytes: Uint8Array, file: string): number {
  const { shape, kind } = parseNpyHeader(bytes, file);
  return kind === 'u1' || shape.length === 4 ? shape.length : 0;
}

/** The largest array with several numbers an example, and the list as long whose name says most. */
async function proposeNpz(
  chosen: readonly Sorted[],
  before: readonly LeftOut[],
): Promise<SniffedData> {
  const [one, ...others] = chosen;
  if (one === undefined) throw new Error('no archive chosen');
  const leftOut = [
    ...before,
    ...others.map(({ file }) => ({ file: file.path, why: 'a data set is one NPZ archive' })),
  ];
  const arrays: { name: string; shape: readonly number[]; kind: string }[] = [];
  for (const entry of one.contents) {
    const header = parseNpyHeader(await headOf(entry, 66_000), entry.path);
    arrays.push({
      name: fileName(entry.path).slice(0, -4),
      shape: header.shape,
      kind: header.kind,
    });
  }
  const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
  const inputs = arrays
    .filter(({ shape }) => shape.length >= 2 && size(shape.slice(1)) > 1)
    .sort((a, b) => size(b.shape) - size(a.shape))[0];
  if (inputs === undefined)
    return {
      is: 'nothing',
      why: 'the archive holds no array with a row for each example',
      leftOut,
    };
  const label = arrays
    .filter(({ shape }) => shape[0] === inputs.shape[0] && size(shape.slice(1)) === 1)
    .sort((a, b) => sharedBeginning(b.name, inputs.name) - sharedBeginning(a.name, inputs.name))[0];
  const pictures = inputs.kind === 'u1' ? inputs.shape.length >= 3 : inputs.shape.length === 4;
  return {
    is: 'found',
    kind: pictures ? 'images' : 'table',
    reading: {
      is: 'npz',
      inputs: inputs.name,
      ...(label === undefined ? {} : { labels: label.name }),
    },
    files: [one.file],
    leftOut,
  };
}

/** Letters that two names share at either end: `x_train` and `y_train` share six. */
function sharedBeginning(a: string, b: string): number {
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length && a.at(-1 - end) === b.at(-1 - end)) end++;
  return start + end;
}

async function proposeText(
  files: readonly ByteSource[],
  contents: readonly ByteSource[],
  leftOut: readonly LeftOut[],
): Promise<SniffedData> {
  const [first, ...others] = contents;
  if (first === undefined) throw new Error('no text chosen');
  const proposal = await sniffText(first);
  // Texts that are laid out otherwise would become nothing but bad rows.
  const unlike: LeftOut[] = [];
  for (const other of others) {
    const layout = (await sniffText(other)).reading;
    if (layoutOf(layout) !== layoutOf(proposal.reading))
      unlike.push({ file: other.path, why: `its text is laid out otherwise than ${first.path}` });
  }
  const kept = files.filter(({ path }) => !unlike.some(({ file }) => file === path));
  return { is: 'found', ...proposal, files: kept, leftOut: [...leftOut, ...unlike] };
}

function layoutOf(reading: Reading): string {
  if (reading.is === 'delimited') return `${reading.delimiter}${reading.columns.length}`;
  return reading.is === 'lines' ? `lines ${String(reading.labelled)}` : reading.is;
}
