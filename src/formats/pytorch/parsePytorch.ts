import type { ByteSource, ParsedModel } from '../../core/ports/modelFormats.ts';
import type { Run } from '../../core/ports/run.ts';
import { parseLegacy } from './parseLegacy.ts';
import { parseZip } from './parseZip.ts';
import type { PytorchOptions } from './parseZip.ts';

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
  const first = await source.read(0, Math.min(2, source.sizeBytes));
  const isZip = first[0] === 0x50 && first[1] === 0x4b;
  return isZip ? parseZip(source, name, run, options) : parseLegacy(source, name, run);
}
