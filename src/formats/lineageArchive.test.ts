import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutputFile } from '../core/ports/modelFormats.ts';
import { isLineageError } from '../core/lineageError.ts';
import { openLineageArchive } from './lineageArchive.ts';
import { memorySource } from './memorySource.fixture.ts';
import { concat } from './snapshot.fixture.ts';
import { utf8Bytes } from './text.ts';
import { storedZip } from './zip/storedZip.ts';
import { zipOf } from './zip/zip.fixture.ts';

type Loose = Record<string, unknown>;

const hash = (digit: string) => digit.repeat(64);

function node(id: string, more: Loose = {}): Loose {
  const summary = {
    format: 'onnx', fileName: 'a.onnx', sizeBytes: 3, parameterCount: 1, tensorCount: 1,
    architecture: 'x', layers: 'Conv',
  }; // prettier-ignore
  return { id, name: id, snapshot: hash('a'), tags: [], notes: '', createdAt: 0, summary, ...more };
}

function edge(from: string, to: string, kind = 'version'): Loose {
  return { kind, from, to, grade: 'declared' };
}

function lineage(more: Loose = {}): Loose {
  return {
    format: 'mgit-lineage', version: 1, exportedAt: 0, nodes: [node('m')], edges: [], rejections: [],
    datasets: [], tests: [], branches: [],
    content: [{ snapshot: hash('a'), files: [{ entry: 'models/m/a.onnx', name: 'a.onnx' }] }],
    ...more,
  }; // prettier-ignore
}

async function* once(bytes: Uint8Array<ArrayBuffer>) {
  yield await Promise.resolve(bytes);
}

async function archive(json: string | Loose, entry = 'models/m/a.onnx') {
  const file = (name: string, bytes: Uint8Array<ArrayBuffer>): OutputFile => {
    return { name, sizeBytes: bytes.length, bytes: once(bytes) };
  };
  const text = typeof json === 'string' ? json : JSON.stringify(json);
  const pieces: Uint8Array[] = [];
  const zip = storedZip('x', [
    file('lineage.json', utf8Bytes(text)),
    file(entry, new Uint8Array([1, 2, 3])),
  ]);
  for await (const piece of zip.bytes) pieces.push(piece);
  return memorySource('x.mgit.zip', concat(pieces));
}

/** Why a file is refused. */
async function refusal(json: string | Loose): Promise<string> {
  try {
    await openLineageArchive(await archive(json));
  } catch (error) {
    if (isLineageError(error, 'lineage-file-invalid')) return error.data.reason;
    throw error;
  }
  return 'not refused';
}

describe('a lineage file', () => {
  it('is opened without reading its content, which is a slice of it', async () => {
    const { file, sources } = await openLineageArchive(await archive(lineage()));
    expect(file.nodes).toHaveLength(1);
    const [source] = sources(hash('a') as never) ?? [];
    expect(source).toMatchObject({ path: 'a.onnx', sizeBytes: 3 });
    expect(await source?.read(1, 2)).toEqual(new Uint8Array([2, 3]));
    expect(() => source?.read(2, 2)).toThrow(/beyond/);
    expect(sources(hash('b') as never)).toBeUndefined();
  });

  it('keeps names of files as keys, whatever paths they look like', async () => {
    const evil = [{ snapshot: hash('a'), files: [{ entry: '../../etc/x', name: '../../etc/x' }] }];
    const source = await archive(lineage({ content: evil }), '../../etc/x');
    const { sources } = await openLineageArchive(source);
    expect(sources(hash('a') as never)?.[0]?.path).toBe('../../etc/x');
  });

  const m = node('m');
  const cases: readonly (readonly [string, string | Loose, string])[] = [
    ['no JSON', '{', 'is no JSON'],
    ['another format', lineage({ format: 'zip' }), 'lineage.json.format is not one of "mgit-lineage"'],
    ['a later version', lineage({ version: 2 }), '.version is not one of 1'],
    ['a list where an object is', '[]', 'lineage.json is no object'],
    ['nothing', 'null', 'lineage.json is no object'],
    ['a missing part', lineage({ nodes: undefined }), '.nodes is missing'],
    ['a value of another type', lineage({ nodes: [node('m', { tags: 'x' })] }), '.nodes[0].tags is no list'],
    ['a negative size', lineage({ nodes: [node('m', { summary: { ...(m['summary'] as Loose), sizeBytes: -1 } })] }), '.sizeBytes is no whole number'],
    ['a snapshot that is none', lineage({ nodes: [node('m', { snapshot: '../x' })] }), '.snapshot is not a SHA-256'],
    ['a prototype key', '{"__proto__": {"polluted": true}}', 'has the key __proto__'],
    ['one in a recipe', JSON.stringify(lineage({ nodes: [node('m', { recipe: { arguments: 0 } })] })).replace('"arguments":0', '"arguments":{"__proto__":1}'), 'has the key __proto__'],
    ['a recipe of another type', lineage({ nodes: [node('m', { recipe: [] })] }), '.recipe is no object'],
    ['values too deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'nests more than'],
    ['two models of one id', lineage({ nodes: [m, node('m', { name: 'n' })] }), 'two models have the id m'],
    ['two models of one name', lineage({ nodes: [m, node('n', { name: 'm' })] }), 'two models are named m'],
    ['a name of control characters', lineage({ nodes: [node('m', { name: 'a\u0007' })] }), 'control characters'],
    ['an edge without an end', lineage({ edges: [edge('m', 'z')] }), 'ends at z, which is no model'],
    ['an edge of no kind', lineage({ edges: [edge('m', 'm', 'x')] }), '.kind is not one of'],
    ['an edge twice', lineage({ nodes: [m, node('n')], edges: [edge('m', 'n'), edge('m', 'n')] }), 'two edges are'],
    ['an edge to itself', lineage({ edges: [edge('m', 'm')] }), 'in a circle through m'],
    ['a circle', lineage({ nodes: [m, node('n')], edges: [edge('m', 'n'), edge('n', 'm', 'provenance')] }), 'in a circle'],
    ['three versions before one', lineage({ nodes: [m, node('n'), node('o'), node('p')], edges: [edge('m', 'p'), edge('n', 'p'), edge('o', 'p')] }), '3 versions before it'],
    ['a branch at nothing', lineage({ branches: [{ name: 'b', head: 'z', notes: '', createdAt: 0 }] }), 'points at z'],
    ['a rejected pair of nothing', lineage({ rejections: [{ kind: 'version', a: 'm', b: 'z' }] }), 'names z'],
    ['a file that is not there', lineage({ content: [{ snapshot: hash('a'), files: [{ entry: 'x', name: 'x' }] }] }), 'no entry "x"'],
    ['content without files', lineage({ content: [{ snapshot: hash('a'), files: [] }] }), 'has no files'],
    ['content twice', lineage({ content: [{ snapshot: hash('a'), files: [] }, { snapshot: hash('a'), files: [] }] }), 'two contents'],
  ]; // prettier-ignore

  it.each(cases)('with %s is refused and says so', async (_what, json, reason) => {
    expect(await refusal(json)).toContain(reason);
  });

  it('without lineage.json, compressed, cut off or no zip is refused', async () => {
    const fails = async (bytes: Uint8Array) =>
      openLineageArchive(memorySource('x', bytes)).then(
        () => 'opened',
        (error: unknown) => (isLineageError(error) ? error.code : String(error)),
      );
    const { bytes } = await archive(lineage());
    const text = utf8Bytes(JSON.stringify(lineage()));
    const invalid = 'lineage-file-invalid';
    expect(await fails(bytes.subarray(0, bytes.length - 9))).toBe(invalid);
    expect(await fails(utf8Bytes('no zip at all'))).toBe(invalid);
    expect(await fails(zipOf([{ name: 'other.json', bytes: text }]))).toBe(invalid);
    const packed = { name: 'models/m/a.onnx', bytes: new Uint8Array(99), deflate: 9 };
    expect(await fails(zipOf([{ name: 'lineage.json', bytes: text }, packed]))).toBe(invalid);
  });

  it('with any bytes changed is opened as something valid or refused, never worse', async () => {
    const { bytes } = await archive(lineage());
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        async (edits) => {
          const changed = new Uint8Array(bytes);
          for (const [at, value] of edits) changed[at] = value;
          try {
            await openLineageArchive(memorySource('x', changed));
          } catch (error) {
            if (!isLineageError(error, 'lineage-file-invalid')) throw error;
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
