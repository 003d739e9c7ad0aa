import type { ByteSource, ParsedModel } from '../../core/ports/modelFormats.ts';
import type { Run } from '../../core/ports/run.ts';
import { cachedSource } from '../cachedSource.ts';
import { parseLegacy } from './parseLegacy.ts';
import { parseZip } from './parseZip.ts';
import type { PytorchOptions } from './pytorchOptions.ts';

/**
 * Reads the structure of one PyTorch checkpoint: zip, TorchScript or the older pickle stream.
 *
 * @throws LineageError `format-invalid`, `format-unsupported`, `pickle-refused`, `file-unreadable`.
 */
export async function parsePytorch(
  source: ByteSource,
  name: string,
  run: Run,
  options: PytorchOptions = {},
): Promise<ParsedModel> {
  // A checkpoint has hundreds of small storages, one after another: a read for each is slow.
  const cached = options.stored === true ? source : cachedSource(source);
  const first = await cached.read(0, Math.min(2, source.sizeBytes));
  const isZip = first[0] === 0x50 && first[1] === 0x4b;
  const parsed = isZip
    ? await parseZip(cached, name, run, options)
    : await parseLegacy(cached, name, run);
  return { ...parsed, files: parsed.files.map(({ segments }) => ({ source, segments })) };
}
