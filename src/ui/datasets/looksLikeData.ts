import type { IncomingFile } from '../../rpc/calls.ts';

const dataEnds =
  /\.(csv|tsv|idx|idx[123]-ubyte|npy|npz|wav|png|jpe?g|webp|gif|bmp|txt)$|-ubyte(\.gz)?$|\.(csv|tsv|txt)\.gz$/i;
const modelEnds =
  /\.(onnx|safetensors|pt|pth|bin|ckpt|pb|tflite|h5|keras|pkl|mgit)$|\.index\.json$/i;
const zipEnd = /\.zip$/i;
/** Files that come along with others and are data only when they are alone. */
const besidesEnds = /(^|\/)(readme|licen[cs]e|notice|labels?|classes)[^/]*\.txt$/i;

/** The first entries of a zip are told by the first bytes: enough to see what is inside. */
const sniffedBytes = 4096;
const zipOfData = /\.(png|jpe?g|webp|gif|bmp|wav|csv|tsv|txt|npy)/i;

/** How dropped files divide. */
export interface Sorted {
  readonly models: readonly IncomingFile[];
  readonly data: readonly IncomingFile[];
  /** Neither by name: whoever reads them says what they are. */
  readonly others: readonly IncomingFile[];
}

async function isData({ file, path }: IncomingFile): Promise<boolean> {
  if (dataEnds.test(path)) return true;
  const start = new Uint8Array(await file.slice(0, sniffedBytes).arrayBuffer());
  const text = new TextDecoder('latin1').decode(start);
  return zipEnd.test(path) ? zipOfData.test(text) : isTable(text);
}

/** Lines with separators and no control characters: a table, whatever its name ends in. */
function isTable(text: string): boolean {
  const lines = text.split('\n').slice(0, 5);
  return (
    lines.length > 1 &&
    // eslint-disable-next-line no-control-regex -- that there are none is what is asked
    !/[\0-\x08\x0e-\x1f]/.test(text) &&
    lines.every((line, i) => i === lines.length - 1 || /[,;\t]|\d \d/.test(line))
  );
}

/** Divides files into models and data by their names, zips by the first names in them. */
export async function sortFiles(files: readonly IncomingFile[]): Promise<Sorted> {
  const models: IncomingFile[] = [];
  const data: IncomingFile[] = [];
  const others: IncomingFile[] = [];
  for (const file of files)
    if (modelEnds.test(file.path)) models.push(file);
    else if (await isData(file)) data.push(file);
    else others.push(file);
  // External data of an ONNX graph ends in .data, as tables do.
  for (const file of models.length > 0 ? data.splice(0) : [])
    if (/\.data$/i.test(file.path)) others.push(file);
    else data.push(file);
  // Beside models a text is a note.
  if (models.length === 0) return { models, data, others };
  return {
    models,
    data: data.filter(({ path }) => !besidesEnds.test(path) && !/\.txt$/i.test(path)),
    others: [...others, ...data.filter(({ path }) => /\.txt$/i.test(path))],
  };
}
