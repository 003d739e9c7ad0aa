import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { OutputFile } from '../../core/ports/modelFormats.ts';
import { storedZip } from './storedZip.ts';

function file(name: string, ...pieces: readonly Uint8Array<ArrayBuffer>[]): OutputFile {
  async function* bytes() {
    for (const piece of pieces) yield await Promise.resolve(piece);
  }
  const sizeBytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return { name, sizeBytes, bytes: bytes() };
}

async function collected(output: OutputFile): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of output.bytes) pieces.push(piece);
  return Buffer.concat(pieces);
}

const hasPython = spawnSync('python3', ['--version']).status === 0;

it('states its size before it is read', async () => {
  const zip = storedZip('a.zip', [
    file('é/x.bin', Uint8Array.of(1, 2), Uint8Array.of(3)),
    file('y'),
  ]);
  expect(zip.sizeBytes).toBe((await collected(zip)).length);
});

it.skipIf(!hasPython)(
  "is read by Python's zipfile, CRCs and names included (skipped without python3)",
  async () => {
    const large = new Uint8Array(100_000).map((_, index) => (index * 7919) >> 3);
    const zip = storedZip('a.zip', [
      file('é/x.bin', Uint8Array.of(1, 2), Uint8Array.of(3)),
      file('empty'),
      file('large', large),
    ]);
    const folder = mkdtempSync(path.join(tmpdir(), 'mgit-zip-'));
    try {
      const target = path.join(folder, 'a.zip');
      writeFileSync(target, await collected(zip));
      const script = `import zipfile,sys,json,zlib
z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None
print(json.dumps([[i.filename, zlib.crc32(z.read(i))] for i in z.infolist()]))`;
      const read = JSON.parse(
        execFileSync('python3', ['-c', script, target], { encoding: 'utf8' }),
      ) as [string, number][];
      expect(read.map(([name]) => name)).toEqual(['é/x.bin', 'empty', 'large']);
      // Published check values: CRC-32 of 01 02 03, and of nothing.
      expect(read[0]?.[1]).toBe(0x55bc801d);
      expect(read[1]?.[1]).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
