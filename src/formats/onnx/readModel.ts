import type { ByteSource } from '../../core/ports/modelFormats.ts';
import type { Run } from '../../core/ports/run.ts';
import type { GraphProto, ModelProto } from './proto/model.ts';
import { modelSchema } from './proto/modelSchema.ts';
import type { Failure } from './wire/failure.ts';
import { readMessage } from './wire/readMessage.ts';

/** A model's structure, with its one graph. */
export interface ReadModel {
  readonly model: ModelProto;
  readonly graph: GraphProto;
}

/**
 * Reads the structure of an ONNX file; tensor values are passed over.
 *
 * @throws LineageError `format-invalid`, `format-unsupported`, `file-unreadable`.
 */
export async function readModel(
  source: ByteSource,
  failure: Failure,
  run: Run,
): Promise<ReadModel> {
  const whole = { offset: 0, sizeBytes: source.sizeBytes };
  const model = await readMessage(source, whole, modelSchema, failure, run);
  const [graph, second] = model.graphs;
  if (graph === undefined)
    throw failure.invalid(
      source.sizeBytes,
      'the file ends without a graph: it is cut off, or no ONNX',
    );
  if (second !== undefined) throw failure.invalid(second.at, 'the file has a second graph');
  return { model, graph };
}
