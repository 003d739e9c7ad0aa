import { getChunks, hashToHex } from '@huggingface/xetchunk-wasm';
import { zstdSize } from './packers.ts';
import { mustEqual, type Peer } from './peer.ts';

/**
 * Chunks cut where the content says, about 64 KiB, each different one once, all joined and compressed
 * as one: Xet compresses each by itself with LZ4, which is larger. Its lists of chunks are not counted.
 */
export const xet: Peer = {
  name: 'xet chunks + zstd',
  kind: 'sharing',
  source:
    '@huggingface/xetchunk-wasm: the chunks that Hugging Face stores; zstd -19 over all of them',
  tools: ['zstd'],
  size: async (models) => {
    const different = new Map<string, Uint8Array>();
    for (const { path, file } of models) {
      let at = 0;
      const keys = getChunks(file).map(({ hash, length }) => {
        const key = hashToHex(hash);
        different.set(key, file.subarray(at, at + length));
        at += length;
        return key;
      });
      mustEqual(Buffer.concat(keys.map((key) => different.get(key) ?? Buffer.of())), file, path);
    }
    return zstdSize(Buffer.concat([...different.values()]));
  },
};
