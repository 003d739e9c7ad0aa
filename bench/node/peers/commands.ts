import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runToolBeside, withFolder } from '../tools.ts';
import { longest, xzSize, zstdSize } from './packers.ts';
import { mustEqual, sumOver, type Peer, type PeerModel } from './peer.ts';

const xzEach: Peer = {
  name: 'xz -9e of each file',
  kind: 'files by themselves',
  source: 'xz-utils',
  tools: ['xz'],
  size: (models) => sumOver(models, ({ file }) => xzSize(file)),
};

const zstdTar: Peer = {
  name: 'zstd -19 --long=27 of the tar',
  kind: 'sharing',
  source: 'zstd: repeats found over all files; none can be read without those before it',
  tools: ['zstd', 'tar'],
  size: (models) =>
    withFolder(async (folder) => {
      const names = models.map(({ path: name, file }) => {
        const flat = name.replaceAll(/[^\w.-]/g, '_');
        writeFileSync(path.join(folder, flat), file);
        return flat;
      });
      const tar = await runToolBeside('tar', [
        '--mtime=@0',
        '--owner=0',
        '--group=0',
        '-cf',
        '-',
        '-C',
        folder,
        ...names.sort(),
      ]);
      const packed = await runToolBeside('zstd', [...longest, '-c'], tar);
      const unpacked = await runToolBeside('zstd', ['-d', '--long=27', '-c'], packed);
      mustEqual(unpacked, tar, 'zstd of the tar');
      return packed.length;
    }),
};

/** How a command writes a file as a change of another; both are paths. */
interface Patcher {
  readonly make: (parent: string, child: string, patch: string) => Promise<unknown>;
  readonly apply: (parent: string, patch: string, child: string) => Promise<unknown>;
  /** Bytes of a file that has no parent, or is smaller without. */
  readonly alone: (file: Uint8Array) => Promise<number>;
}

/** Sum over models of the smaller of the file alone and the patch to each of its parents. */
function patched(models: readonly PeerModel[], how: Patcher): Promise<number> {
  return withFolder((folder) => {
    const place = (kind: string, index: number) => path.join(folder, `${kind}-${index}`);
    models.forEach(({ file }, index) => {
      writeFileSync(place('file', index), file);
    });
    return sumOver(models, async ({ file, parents }) => {
      const child = models.findIndex((model) => model.file === file);
      const sizes = parents.map(async (parent, nth) => {
        const from = place('file', models.indexOf(parent));
        const patch = place(`patch-${nth}`, child);
        const again = place(`again-${nth}`, child);
        await how.make(from, place('file', child), patch);
        await how.apply(from, patch, again);
        mustEqual(readFileSync(again), file, 'a patch');
        return readFileSync(patch).length;
      });
      return Math.min(await how.alone(file), ...(await Promise.all(sizes)));
    });
  });
}

const patchFrom: Peer = {
  name: 'zstd --patch-from=parent',
  kind: 'deltas of bytes',
  source: 'zstd -19 --long=27',
  tools: ['zstd'],
  size: (models) =>
    patched(models, {
      make: (parent, child, patch) =>
        runToolBeside('zstd', [...longest, `--patch-from=${parent}`, '-q', child, '-o', patch]),
      apply: (parent, patch, child) =>
        runToolBeside('zstd', ['-d', '--long=27', `--patch-from=${parent}`, '-q', patch, '-o', child]), // prettier-ignore
      alone: zstdSize,
    }),
};

const xdelta: Peer = {
  name: 'xdelta3 of the parent',
  kind: 'deltas of bytes',
  source: 'xdelta3 -9 -S lzma (VCDIFF, RFC 3284); without a parent xz -9e',
  tools: ['xdelta3', 'xz'],
  size: (models) =>
    patched(models, {
      make: (parent, child, patch) =>
        runToolBeside('xdelta3', ['-9', '-S', 'lzma', '-B', '268435456', '-f', '-e', '-s', parent, child, patch]), // prettier-ignore
      apply: (parent, patch, child) =>
        runToolBeside('xdelta3', ['-f', '-d', '-s', parent, patch, child]),
      alone: xzSize,
    }),
};

const bsdiff: Peer = {
  name: 'bsdiff of the parent',
  kind: 'deltas of bytes',
  source: 'bsdiff 4.3 (C. Percival 2003; bytewise differences, bzip2); without a parent xz -9e',
  tools: ['bsdiff', 'bspatch', 'xz'],
  size: (models) =>
    patched(models, {
      make: (parent, child, patch) => runToolBeside('bsdiff', [parent, child, patch]),
      apply: (parent, patch, child) => runToolBeside('bspatch', [parent, child, patch]),
      alone: xzSize,
    }),
};

/** Programs that know nothing of floats. */
export const commandPeers: readonly Peer[] = [xzEach, zstdTar, patchFrom, xdelta, bsdiff];
