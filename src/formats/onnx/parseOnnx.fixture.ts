import { createHash } from 'node:crypto';
import type { ByteSource, ParsedModel } from '../../core/ports/modelFormats.ts';
import type { Run } from '../../core/ports/run.ts';
import { memorySource } from '../memorySource.fixture.ts';
import { assemble } from '../segments/assemble.ts';
import { parseOnnx } from './parseOnnx.ts';

export const run: Run = { signal: { aborted: false, throwIfAborted: () => undefined } };

/** Parses a model in memory, with its data files by path. */
export function parse(
  bytes: Uint8Array,
  companions: Readonly<Record<string, Uint8Array>> = {},
): Promise<ParsedModel> {
  const others = Object.entries(companions).map(([name, data]) => memorySource(name, data));
  return parseFiles([memorySource('models/m.onnx', bytes), ...others]);
}

export function parseFiles(files: readonly ByteSource[]): Promise<ParsedModel> {
  return parseOnnx({ name: 'm', format: 'onnx', files }, run);
}

export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

/** The files of a parsed model, put together again from segments and decoded payloads. */
export async function reassembled(model: ParsedModel): Promise<Buffer[]> {
  async function* literals(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (const { source, segments } of model.files)
      for (const each of segments)
        if (each.is === 'literal') yield await source.read(each.offset, each.sizeBytes);
  }
  const files = model.files.map(({ segments }) => ({ segments }));
  const names = model.files.map(({ source: { path, sizeBytes } }) => ({ name: path, sizeBytes }));
  const outputs = assemble(
    { version: 1, format: 'onnx', files, literals: undefined as never, tensors: model.tensors },
    { version: 1, skeleton: '' as never, files: names, payloads: [] },
    { payload: (index) => model.payload(index), literals },
  );
  return Promise.all(outputs.map(({ bytes }) => collect(bytes)));
}

/** The decoded values of the tensor called `name`. */
export async function valuesOf(model: ParsedModel, name: string): Promise<Buffer> {
  const found = model.tensors.find((each) => each.name === name);
  if (found?.payload === undefined) throw new Error(`no tensor ${name} with values`);
  return collect(model.payload(found.payload));
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
