import { LineageError } from '../../core/lineageError.ts';
import type { ByteSource } from '../../core/ports/modelFormats.ts';
import { unwatched } from '../../core/ports/run.ts';
import { companionPath } from './location.ts';
import { readModel } from './readModel.ts';
import { collectTensors } from './tensors/collectTensors.ts';
import { onnxFailure } from './wire/failure.ts';

/**
 * The external data files that a graph names, each once, as it names them: relative to its folder.
 *
 * A path that leaves the folder is left out; `parseOnnx` refuses such a graph.
 *
 * @throws LineageError `format-invalid`, `format-unsupported`, `file-unreadable`.
 */
export async function onnxExternalLocations(
  source: ByteSource,
  run = unwatched,
): Promise<string[]> {
  const failure = onnxFailure(source.path);
  const { tensors } = collectTensors(await readModel(source, failure, run), failure);
  const locations = new Set<string>();
  for (const { place } of tensors) if (place.is === 'external') locations.add(place.location);
  return [...locations].filter((location) => stays(source.path, location));
}

function stays(path: string, location: string): boolean {
  try {
    companionPath(path, location);
    return true;
  } catch (error) {
    if (error instanceof LineageError && error.code === 'companion-escapes') return false;
    throw error;
  }
}
