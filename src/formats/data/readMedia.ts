import { isLineageError } from '../../core/lineageError.ts';
import { resizeImage } from '../../core/data/resizeImage.ts';
import type { RawClip, RawExamples, RawImage } from '../../core/data/rawExamples.ts';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import { contentsOf } from './dataFiles.ts';
import { plainImage, type DatasetPorts } from './datasetPorts.ts';
import { invalid, type BadRowList } from './failures.ts';
import { imageHeader } from './imageHeader.ts';
import { keptImageSide, maxDecodedBytes, maxImagePixels, maxMediaFileBytes } from './limits.ts';
import { wordColumns, wordsOf, type LabelPlace } from './mediaLabels.ts';
import type { Pacer } from './pacer.ts';
import { noRows } from './readDelimited.ts';
import { parseWav } from './wav.ts';

/**
 * Pictures, each a file. Those whose longer side is above 512 pixels are kept smaller. What is no
 * picture, damaged or without a label is listed in `bad`.
 *
 * @throws LineageError `dataset-invalid`: none can be used, or over a limit; `file-unreadable`.
 */
export async function readImages(
  files: readonly ByteSource[],
  labels: LabelPlace,
  bad: BadRowList,
  decoder: DatasetPorts['images'],
  pacer: Pacer,
): Promise<RawExamples> {
  let shrunk = 0;
  const read = await readEach(files, labels, bad, pacer, {
    async decode(bytes) {
      const image = await decodeImage(bytes, decoder);
      const kept = shrunkImage(image);
      if (kept !== image) shrunk++;
      return kept;
    },
    sizeOf: ({ data }) => data.length,
  });
  if (shrunk > 0)
    bad.notes.push(
      `${shrunk} pictures are larger than ${keptImageSide} pixels and are used at that size`,
    );
  const images = read.map(({ item }) => item);
  const paths = read.map(({ path }) => path);
  return {
    kind: 'images',
    count: read.length,
    columns: [{ is: 'images', name: 'image', images }, ...wordColumns(paths, labels, 'group')],
  };
}

/** WAV files, each an example; else as `readImages`. */
export async function readSounds(
  files: readonly ByteSource[],
  labels: LabelPlace,
  bad: BadRowList,
  pacer: Pacer,
): Promise<RawExamples> {
  const read = await readEach<RawClip>(files, labels, bad, pacer, {
    decode: (bytes) => Promise.resolve(parseWav(bytes)),
    sizeOf: ({ samples }) => samples.byteLength,
  });
  const clips = read.map(({ item }) => item);
  const paths = read.map(({ path }) => path);
  return {
    kind: 'audio',
    count: read.length,
    columns: [{ is: 'audio', name: 'audio', clips }, ...wordColumns(paths, labels, 'speaker')],
  };
}

interface Medium<T> {
  /** Throws an Error with a message for people. */
  readonly decode: (bytes: Uint8Array<ArrayBuffer>) => Promise<T>;
  readonly sizeOf: (item: T) => number;
}

async function readEach<T>(
  files: readonly ByteSource[],
  labels: LabelPlace,
  bad: BadRowList,
  pacer: Pacer,
  medium: Medium<T>,
): Promise<{ path: string; item: T }[]> {
  const read: { path: string; item: T }[] = [];
  let decodedBytes = 0;
  for (const [done, source] of files.entries()) {
    const file = source.path;
    pacer.tell(`Reading ${file}`, done, files.length);
    if (wordsOf(file, labels) === undefined) {
      bad.add({ file, reason: labelMissing(labels) });
      continue;
    }
    const item = await decodedOr(source, medium, (reason) => {
      bad.add({ file, reason });
    });
    if (item === undefined) continue;
    decodedBytes += medium.sizeOf(item);
    if (decodedBytes > maxDecodedBytes)
      throw invalid(
        file,
        `the examples up to here take more than ${maxDecodedBytes} bytes in memory`,
      );
    read.push({ path: file, item });
  }
  if (read.length === 0) throw noRows(files, bad);
  return read;
}

function labelMissing(labels: LabelPlace): string {
  return labels === 'folder'
    ? 'it lies in no folder that would be its label'
    : 'its name has no label before a "_"';
}

/** A file that the platform cannot read ends it all; a file that is damaged is one bad row. */
async function decodedOr<T>(
  source: ByteSource,
  medium: Medium<T>,
  refuse: (reason: string) => void,
): Promise<T | undefined> {
  try {
    return await medium.decode(await contentsOf(source, maxMediaFileBytes));
  } catch (error) {
    if (isLineageError(error, 'dataset-invalid')) refuse(error.data.reason);
    else if (isLineageError(error) || !(error instanceof Error) || error.name === 'AbortError')
      throw error;
    else refuse(error.message);
    return undefined;
  }
}

async function decodeImage(
  bytes: Uint8Array<ArrayBuffer>,
  decoder: DatasetPorts['images'],
): Promise<RawImage> {
  const header = imageHeader(bytes);
  if (header === undefined) throw new Error('it is no picture that is known here');
  const { width = 1, height = 1 } = header;
  if (width * height > maxImagePixels)
    throw new Error(`it has ${width} × ${height} pixels; at most ${maxImagePixels} are decoded`);
  const decoded = await decoder.decode(bytes, header.mime);
  const pixels = decoded.width * decoded.height;
  if (pixels === 0 || decoded.data.length !== pixels * decoded.channels)
    throw new Error('its pixels do not fit its size');
  return plainImage(decoded);
}

/** The same picture unless its longer side is above the limit. */
function shrunkImage(image: RawImage): RawImage {
  const shrink = keptImageSide / Math.max(image.width, image.height);
  if (shrink >= 1) return image;
  return resizeImage(
    image,
    Math.max(1, Math.round(image.height * shrink)),
    Math.max(1, Math.round(image.width * shrink)),
  );
}
