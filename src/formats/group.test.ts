import { describe, expect, it } from 'vitest';
import { blobSource } from './blobSource.ts';
import { group } from './group.ts';
import { memorySource } from './memorySource.fixture.ts';
import { modelFormats } from './modelFormats.ts';
import { zipCheckpoint } from './pytorch/checkpoint.fixture.ts';
import { safetensorsFile } from './safetensors/safetensors.fixture.ts';
import { bytesOf, freeRun, store } from './snapshot.fixture.ts';
import { utf8Bytes } from './text.ts';
import { zipOf } from './zip/zip.fixture.ts';

const text = (path: string, content: string) => memorySource(path, utf8Bytes(content));
const shard = (name: string) =>
  safetensorsFile(
    `{"${name}":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}`,
    Uint8Array.of(1, 2),
  );
const index = (map: Record<string, string>): string =>
  JSON.stringify({ metadata: { total_size: 4 }, weight_map: map });
const first = 'm-00001-of-00002.safetensors';
const second = 'm-00002-of-00002.safetensors';

describe('sorting a heap of files', () => {
  it('goes by the first bytes, whatever the names say', async () => {
    const files = [
      memorySource('a.onnx', safetensorsFile('{}')),
      memorySource('b', zipCheckpoint(new Map(), [])),
    ];
    const { candidates } = await group(files, freeRun);
    expect(candidates.map(({ name, format }) => [name, format])).toEqual([
      ['a', 'safetensors'],
      ['b', 'pytorch'],
    ]);
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ['model.onnx', '<!DOCTYPE html><html><body>Not found</body></html>', /web page/],
    ['model.safetensors', '<html><head></head></html>', /web page/],
    [
      'model.pth',
      'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n',
      /git lfs pull/,
    ],
    ['model.pt', '', /empty file/],
    ['model.bin', 'hello', /text file/],
    ['m.gguf', Uint8Array.from(Buffer.from('GGUF\x03\0\0\0\0\0\0\0', 'latin1')), /GGUF/],
    ['m.tflite', Uint8Array.from(Buffer.from('\x1c\0\0\0TFL3\0\0', 'latin1')), /TensorFlow Lite/],
    ['m.h5', Uint8Array.from(Buffer.from('\x89HDF\r\n\x1a\n', 'latin1')), /HDF5/],
    ['m.npz', zipOf([{ name: 'w.npy', bytes: new Uint8Array(8) }]), /NumPy/],
    [
      'm.zip',
      zipOf([{ name: 'x/a.onnx', bytes: new Uint8Array(8) }]),
      /holds 1 model files \(x\/a\.onnx\)/,
    ],
    ['m.pkl', Uint8Array.of(0x80, 4, 0x4e, 0x2e), /torch\.save/],
    ['m.dat', Uint8Array.of(0xf1, 0xf2, 0, 0, 0xf3), /no known form/],
  ])('%s is rejected with what it seems to be', async (name, content, looksLike) => {
    const bytes = typeof content === 'string' ? utf8Bytes(content) : content;
    const { candidates, rejected } = await group([memorySource(`run/${name}`, bytes)], freeRun);
    expect(candidates).toEqual([]);
    expect(rejected[0]?.error).toMatchObject({
      code: 'format-unknown',
      data: { file: `run/${name}` },
    });
    expect(String(rejected[0]?.error)).toMatch(looksLike);
  });

  it('ignores licences, configurations, scripts, pictures and hidden files', async () => {
    const files = [
      text('README.md', '# A model'), text('config.json', '{"a":1}'), text('train.py', 'import torch'),
      text('LICENSE', 'MIT'), text('.DS_Store', 'x'), text('data.csv', '1,2'), text('empty.txt', ''),
      memorySource('a.png', Uint8Array.from(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))),
    ]; // prettier-ignore
    const { candidates, rejected, ignored } = await group(files, freeRun);
    expect([candidates, rejected, ignored.length]).toEqual([[], [], files.length]);
  });

  it('rejects a broken archive with the place, and the rest goes on', async () => {
    const broken = zipCheckpoint(new Map(), []).slice(0, -30);
    const files = [
      memorySource('a.pt', broken),
      memorySource('b.safetensors', safetensorsFile('{}')),
    ];
    const { candidates, rejected } = await group(files, freeRun);
    expect(candidates.map(({ name }) => name)).toEqual(['b']);
    expect(rejected[0]?.error).toMatchObject({ code: 'format-invalid', data: { file: 'a.pt' } });
  });
});

describe('a sharded model', () => {
  const formats = modelFormats();
  const shards = [memorySource(`x/${first}`, shard('a')), memorySource(`x/${second}`, shard('b'))];
  const withIndex = text('x/m.safetensors.index.json', index({ a: first, b: second }));

  it('is one candidate with its index, or by the numbers of its shards alone', async () => {
    const indexed = await group([...shards, withIndex], freeRun);
    expect(indexed.candidates).toMatchObject([{ name: 'm', files: [withIndex, ...shards] }]);
    const numbered = await group([...shards].reverse(), freeRun);
    expect(numbered.candidates).toMatchObject([{ name: 'm', files: shards }]);
  });

  it('holds the tensors of all shards, and each file comes back byte for byte', async () => {
    const { candidates } = await group([...shards, withIndex], freeRun);
    const [candidate] = candidates;
    if (candidate === undefined) throw new Error('no candidate');
    const model = await formats.parse(candidate, freeRun);
    expect(model.tensors.map(({ name, payload }) => [name, payload])).toEqual([['a', 0], ['b', 1]]); // prettier-ignore
    const { skeleton, manifest, content } = await store(model);
    const files = formats.assemble(skeleton, manifest, content);
    expect(await Promise.all(files.map(bytesOf))).toEqual([withIndex, ...shards].map(({ bytes }) => bytes)); // prettier-ignore
    expect(await formats.architecture(skeleton, manifest, content, freeRun)).toEqual(model.architecture); // prettier-ignore
  });

  it.each([
    ['with an index', [shards[0], withIndex]],
    ['without one', [shards[0]]],
  ])('names the shard that is missing, %s', async (_, given) => {
    const { candidates } = await group(
      given.filter((file) => file !== undefined),
      freeRun,
    );
    const [candidate] = candidates;
    if (candidate === undefined) throw new Error('no candidate');
    await expect(formats.parse(candidate, freeRun)).rejects.toMatchObject({
      code: 'companion-missing',
      data: { needs: second },
    });
  });

  it('is refused when its index names a path, or a tensor that is not there', async () => {
    const parse = async (map: Record<string, string>) => {
      const files = [text('x/m.safetensors.index.json', index(map)), ...shards];
      const { candidates } = await group(files, freeRun);
      return formats.parse(candidates.find(({ files: [main] }) => main === files[0]) ?? { name: '', format: 'onnx', files: [] }, freeRun); // prettier-ignore
    };
    await expect(parse({ a: '../secret' })).rejects.toMatchObject({ code: 'companion-escapes' });
    await expect(parse({ a: first, c: second })).rejects.toThrow(/where it is not/);
  });
});

describe('a blob as a byte source', () => {
  it('reads slices, and says when the file became shorter', async () => {
    const source = blobSource(new Blob([Uint8Array.of(1, 2, 3)]), 'a/b', 5);
    expect(await source.read(1, 2)).toEqual(Uint8Array.of(2, 3));
    expect([source.path, source.sizeBytes, source.modifiedAt]).toEqual(['a/b', 3, 5]);
    await expect(source.read(2, 2)).rejects.toMatchObject({ code: 'file-unreadable' });
  });
});
