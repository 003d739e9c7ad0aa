import type { ByteSource } from '../core/ports/modelFormats.ts';
import { cachedSource } from './cachedSource.ts';
import { archiveRoot } from './pytorch/parseZip.ts';
import { readZip } from './zip/readZip.ts';
import type { ZipArchive } from './zip/readZip.ts';

/**
 * What a zip archive holds: `pytorch`, or words that complete "it seems to be".
 *
 * @throws LineageError `format-invalid`, `format-unsupported` for a broken archive.
 */
export async function sniffZip(source: ByteSource): Promise<'pytorch' | { looksLike: string }> {
  const archive = await readZip(cachedSource(source), 'zip archive');
  if (archiveRoot(archive) !== undefined) return 'pytorch';
  return { looksLike: contents(archive) };
}

function contents(archive: ZipArchive): string {
  const names = [...archive.byName.keys()];
  const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
  const models = names.filter((name) => /\.(onnx|safetensors|pth|pt|th|ckpt|jit)$/i.test(name));
  if (models.length > 0) {
    const shown = models.slice(0, 3).join(', ') + (models.length > 3 ? ', …' : '');
    return `a zip archive that holds ${models.length} model files (${shown}): unpack it and drop them`;
  }
  if (names.length === 0) return 'an empty zip archive';
  if (names.every((name) => name.endsWith('.npy')))
    return 'NumPy arrays (.npz), which are not read yet: save them as safetensors';
  if (has(/(^|\/)(config\.json|model\.weights\.h5)$/) && has(/\.h5$/))
    return 'a Keras model: convert it to ONNX with tf2onnx';
  if (has(/\.mlmodel$|Manifest\.json$/)) return 'a Core ML package: convert it to ONNX';
  if (has(/(^|\/)archive_format$|\/models\/.*\.json$/))
    return 'a model of torch.export (.pt2): save its state_dict with torch.save';
  if (has(/^word\/|^xl\/|^ppt\//)) return 'an office document';
  return 'a zip archive without a model';
}
