import type { ByteSource } from '../core/ports/modelFormats.ts';
import { baseName } from './shardNames.ts';
import { latin1, utf8 } from './text.ts';

/** What the first bytes of a file say. */
export type Sniffed =
  | { readonly is: 'safetensors' | 'zip' | 'pickle' | 'index' }
  /** No model and no error: a picture, a table, a licence. */
  | { readonly is: 'ignored' }
  /** Known, and not for us: the words complete "it seems to be". */
  | { readonly is: 'foreign'; readonly looksLike: string }
  /** Bytes that say nothing; perhaps ONNX, whose files have no mark. */
  | { readonly is: 'unknown' };

const headBytes = 512;

/** Marks of other model formats and archives, with what to do. */
const foreign: readonly (readonly [offset: number, mark: string, looksLike: string])[] = [
  [0, 'GGUF', 'a GGUF file, which is not read yet: take the safetensors form of the model'],
  [0, 'ggml', 'a GGML file, which is not read: take the safetensors form of the model'],
  [4, 'TFL3', 'a TensorFlow Lite model: convert it to ONNX with tf2onnx'],
  [4, 'ORTM', 'an ONNX Runtime model (.ort): drop the .onnx file it was made from'],
  [0, '\x89HDF\r\n', 'an HDF5 file (Keras weights?): convert it to ONNX with tf2onnx'],
  [0, '\x93NUMPY', 'a NumPy array (.npy): save the arrays as safetensors'],
  [0, '\x1f\x8b', 'a gzip archive: unpack it first'],
  [0, '7z\xbc\xaf\x27\x1c', 'a 7-Zip archive: unpack it first'],
  [0, '\xfd7zXZ\0', 'an xz archive: unpack it first'],
  [0, 'BZh', 'a bzip2 archive: unpack it first'],
  [0, '\x28\xb5\x2f\xfd', 'a Zstandard archive: unpack it first'],
  [0, 'Rar!', 'a RAR archive: unpack it first'],
  [
    257,
    'ustar',
    'a tar archive: unpack it first (PyTorch before 0.1.10 wrote checkpoints so; load and save it once with a newer one)',
  ],
];

const media = ['\x89PNG', '\xff\xd8\xff', 'GIF8', 'RIFF', '%PDF', 'OggS', 'fLaC', 'ID3', 'BM', '\0\0\x01\0', 'wOFF', 'wOF2', 'MZ', '\x7fELF', 'SQLite format 3', '\0\0\x08']; // prettier-ignore

const modelExtension =
  /\.(onnx|ort|pb|safetensors|ckpt|pth|pt|th|jit|bin|model|gguf|tflite|h5|hdf5|keras|mlmodel|npz|npy|pkl|params|pdparams|weights|t7)$/i;

/** Sorts a file by its first 512 bytes; its name only tells an index, and an unwanted text. */
export async function sniff(source: ByteSource): Promise<Sniffed> {
  const name = baseName(source.path);
  if (name.startsWith('.') || name === 'Thumbs.db') return { is: 'ignored' };
  if (source.sizeBytes === 0)
    return modelExtension.test(name)
      ? { is: 'foreign', looksLike: 'an empty file: its download or copy failed' }
      : { is: 'ignored' };
  const head = await source.read(0, Math.min(headBytes, source.sizeBytes));
  const text = latin1(head);
  return (
    ownKind(text, head, name) ?? textKind(text, head, name) ?? otherKind(text) ?? { is: 'unknown' }
  );
}

function ownKind(text: string, head: Uint8Array, name: string): Sniffed | undefined {
  if (/\.index\.json$/i.test(name) && text.trimStart().startsWith('{')) return { is: 'index' };
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06')) return { is: 'zip' };
  if (isSafetensors(text, name)) return { is: 'safetensors' };
  return isPickle(head) ? { is: 'pickle' } : undefined;
}

/** The opcode PROTO and a protocol. */
function isPickle(head: Uint8Array): boolean {
  const [opcode, protocol = 0] = head;
  return opcode === 0x80 && protocol >= 1 && protocol <= 5;
}

/** Eight bytes of length, then JSON. A damaged length is for the reader to name. */
function isSafetensors(text: string, name: string): boolean {
  if (/^[^{][^]{7}\{\s*["}]/.test(text)) return true;
  return /\.safetensors$/i.test(name) && !/^(<|\{|version https)/.test(text);
}

function textKind(text: string, head: Uint8Array, name: string): Sniffed | undefined {
  if (/^\s*(<!doctype html|<html|<\?xml|<head)/i.test(text))
    return modelExtension.test(name)
      ? {
          is: 'foreign',
          looksLike: 'a web page, not a model: the download gave an error or a login page',
        }
      : { is: 'ignored' };
  if (text.startsWith('version https://git-lfs.github.com/spec/'))
    return {
      is: 'foreign',
      looksLike:
        'a Git LFS pointer, not the model itself: run "git lfs pull" and drop the file again',
    };
  if (!isText(head)) return undefined;
  return modelExtension.test(name)
    ? { is: 'foreign', looksLike: 'a text file' }
    : { is: 'ignored' };
}

function otherKind(text: string): Sniffed | undefined {
  for (const [offset, mark, looksLike] of foreign)
    if (text.startsWith(mark, offset)) return { is: 'foreign', looksLike };
  return media.some((mark) => text.startsWith(mark)) ? { is: 'ignored' } : undefined;
}

/** Whether bytes are UTF-8 without control characters; the last character may be cut. */
function isText(head: Uint8Array): boolean {
  for (let cut = 0; cut < 4 && cut < head.length; cut++) {
    const text = utf8(head.subarray(0, head.length - cut));
    // eslint-disable-next-line no-control-regex -- control characters are what tells text from data
    if (text !== undefined) return !/[\0-\x08\x0e-\x1f]/.test(text);
  }
  return false;
}
