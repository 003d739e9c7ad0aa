import type { ByteSource } from '../../core/ports/modelFormats.ts';
import { latin1 } from '../text.ts';

/** LONG1 of ten bytes with the magic number, as every protocol from 2 on writes it. */
const magic = '\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19';

/** Whether a pickle begins as PyTorch's older checkpoints do, with a frame around it or none. */
export async function isTorchPickle(source: ByteSource): Promise<boolean> {
  const head = latin1(await source.read(0, Math.min(32, source.sizeBytes)));
  return head.startsWith(magic, 2) || (head[2] === '\x95' && head.startsWith(magic, 11));
}
