import type { NodeId, SkeletonId } from '../../core/ids.ts';
import type { ModelNode } from '../../core/lineage/graph.ts';
import type { ContentStore } from '../../core/ports/contentStore.ts';
import type { Run } from '../../core/ports/run.ts';
import type { Skeleton } from '../../core/snapshot.ts';
import { parentModel, type ModelReadPorts, type StoredParent } from '../create/parentModel.ts';

/** Bytes of a model that is read while another is tested: both are held. */
const mostAheadBytes = 32 * 1024 ** 2;

/**
 * Models to be tested, of which the next is read while the one before is computed: reading waits for the
 * disk and for hashes that are taken beside the thread.
 */
export class ModelsAhead {
  readonly #ports: ModelReadPorts;
  readonly #run: Run;
  /** Whether a model of this run was computed, and not only weighed. */
  #computes = false;
  #ahead: { readonly node: NodeId; readonly model: Promise<StoredParent> } | undefined;

  constructor(ports: ModelReadPorts, run: Run) {
    this.#ports = { ...ports, content: withSkeleton(ports.content) };
    this.#run = run;
  }

  /** Begins to read a model that is asked for next; nothing for one that is large, or begun already. */
  begin({ id, summary }: Pick<ModelNode, 'id' | 'summary'>): void {
    if (this.#ahead?.node === id || summary.sizeBytes > mostAheadBytes) return;
    const model = parentModel(this.#ports, id, this.#run);
    this.#ahead = { node: id, model };
    // Whoever takes it hears of a failure.
    model
      .then(async (read) => {
        if (this.#computes) await read.network();
      })
      .catch(() => undefined);
  }

  /** @throws LineageError `node-missing`, `snapshot-missing`. */
  async take(id: NodeId): Promise<StoredParent> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    const model = await (ahead?.node === id
      ? ahead.model
      : parentModel(this.#ports, id, this.#run));
    return {
      ...model,
      network: () => {
        this.#computes = true;
        return model.network();
      },
    };
  }
}

/** A store that remembers the skeleton read last: siblings share it. */
function withSkeleton(content: ModelReadPorts['content']): ModelReadPorts['content'] {
  let last: { readonly id: SkeletonId; readonly skeleton: Promise<Skeleton> } | undefined;
  return {
    manifest: (id) => content.manifest(id),
    read: (chunk) => content.read(chunk),
    skeleton: (id) => {
      if (last?.id !== id) last = { id, skeleton: content.skeleton(id) };
      return last.skeleton;
    },
  } satisfies Pick<ContentStore, 'manifest' | 'skeleton' | 'read'>;
}
