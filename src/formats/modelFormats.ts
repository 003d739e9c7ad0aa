import type {
  ByteSource,
  ModelCandidate,
  ModelFormats,
  ParsedModel,
} from '../core/ports/modelFormats.ts';
import type { Run } from '../core/ports/run.ts';
import { LineageError } from '../core/lineageError.ts';
import { group } from './group.ts';
import { readNetwork } from './onnx/network/readNetwork.ts';
import { parseOnnx } from './onnx/parseOnnx.ts';
import { parseSharded } from './parseSharded.ts';
import { parsePytorch } from './pytorch/parsePytorch.ts';
import { parseSafetensors } from './safetensors/parseSafetensors.ts';
import { toSafetensors } from './safetensors/toSafetensors.ts';
import { assemble } from './segments/assemble.ts';
import { isShardIndexPath } from './shardIndex.ts';
import { modelName, shardName } from './shardNames.ts';
import { snapshotSources } from './snapshotSource.ts';

/** The readers and writers of all formats, behind the port. */
export function modelFormats(): ModelFormats {
  return {
    group,
    parse: (candidate, run) => parse(candidate, run, false),
    assemble,
    toSafetensors,
    sources: snapshotSources,
    async architecture(skeleton, manifest, content, run) {
      const files = await snapshotSources(skeleton, manifest, content);
      if (skeleton.format === 'data') throw new Error('a data set has no architecture');
      const name = modelName(manifest.files[0]?.name ?? '');
      const parsed = await parse({ name, format: skeleton.format, files }, run, true);
      return parsed.architecture;
    },
    async network(skeleton, manifest, content, run) {
      const { format } = skeleton;
      const name = modelName(manifest.files[0]?.name ?? '');
      if (format !== 'onnx')
        throw new LineageError('network-unsupported', {
          node: name,
          reason: 'it has weights only: a state dict does not say how it computes',
        });
      const files = await snapshotSources(skeleton, manifest, content);
      return readNetwork({ name, format, files }, run);
    },
  };
}

/** @param stored - whether the bytes come from the store, where they were checked. */
async function parse(candidate: ModelCandidate, run: Run, stored: boolean): Promise<ParsedModel> {
  run.signal.throwIfAborted();
  const { format, files, name } = candidate;
  const [main] = files;
  if (main === undefined) throw new Error(`the candidate ${name} has no files`);
  if (format === 'onnx') return parseOnnx(candidate, run);
  const parseOne = (source: ByteSource, model: string): Promise<ParsedModel> =>
    format === 'safetensors'
      ? parseSafetensors(source, model)
      : parsePytorch(source, model, run, { stored });
  return isSharded(main) ? parseSharded(candidate, parseOne, run) : parseOne(main, name);
}

function isSharded(main: ByteSource): boolean {
  return isShardIndexPath(main.path) || (shardName(main.path)?.count ?? 1) > 1;
}
