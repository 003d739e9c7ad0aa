import type { IncomingFile } from '../../rpc/api.ts';

const dataEnds =
  /\.(csv|tsv|idx|idx[123]-ubyte|npy|npz|wav|png|jpe?g|webp|gif|bmp|txt)$|-ubyte(\.gz)?$|\.(csv|tsv|txt)\.gz$/i;
const modelEnds =
  /\.(onnx|safetensors|pt|pth|bin|ckpt|pb|tflite|h5|keras|pkl|data|mgit)$|\.index\.json$/i;
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
  if (!zipEnd.test(path)) return false;
  const start = new Uint8Array(await file.slice(0, sniffedBytes).arrayBuffer());
  return zipOfData.test(new TextDecoder('latin1').decode(start));
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
  // Beside models a text is a note.
  if (models.length === 0) return { models, data, others };
  return {
    models,
    data: data.filter(({ path }) => !besidesEnds.test(path) && !/\.txt$/i.test(path)),
    others: [...others, ...data.filter(({ path }) => /\.txt$/i.test(path))],
  };
}
