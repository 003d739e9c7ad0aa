import type { OutputFile } from '../src/core/ports/modelFormats.ts';

/** Writes a stream into a `File`. Each piece becomes a blob at once, which the browser may keep on disk. */
export async function toFile({ name, bytes }: OutputFile): Promise<File> {
  const parts: Blob[] = [];
  for await (const piece of bytes) parts.push(new Blob([piece]));
  return new File(parts, name, { type: 'application/octet-stream' });
}
