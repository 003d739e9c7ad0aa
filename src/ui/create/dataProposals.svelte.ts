import type { DataUse } from '../../core/data/dataUse.ts';
import type { DatasetId, NodeId } from '../../core/ids.ts';
import { isLineageError } from '../../core/lineageError.ts';
import { messageOf } from '../messages.ts';
import type { Session } from '../session.svelte.ts';

/** Whether and how a data set feeds the parents. */
export type Proposal =
  { readonly is: 'fit'; readonly use: DataUse } | { readonly is: 'unfit'; readonly why: string };

type Found = Readonly<Partial<Record<DatasetId, Proposal>>>;

/** Data sets that are looked at in advance; others when they are chosen. */
const mostProposed = 40;

/** How the data sets of the lineage fit the parents of a form. Made while a component is set up. */
export class DataProposals {
  readonly #session: Session;
  readonly #parents: () => readonly NodeId[];
  found = $state.raw<Found>({});

  /** @param onfound - called after each data set that was looked at. */
  constructor(session: Session, parents: () => readonly NodeId[], onfound: () => void) {
    this.#session = session;
    this.#parents = parents;
    $effect(() => this.#lookAhead(onfound));
  }

  of(id: DatasetId): Proposal | undefined {
    return this.found[id];
  }

  firstUse(): DataUse | undefined {
    for (const proposal of Object.values(this.found))
      if (proposal?.is === 'fit') return proposal.use;
    return undefined;
  }

  /** Looks at a data set, unless it has been looked at. */
  async ask(id: DatasetId): Promise<Proposal> {
    const proposal = this.found[id] ?? (await this.#propose(this.#parents(), id));
    this.found = { ...this.found, [id]: proposal };
    return proposal;
  }

  async #propose(parents: readonly NodeId[], id: DatasetId): Promise<Proposal> {
    try {
      return { is: 'fit', use: await this.#session.mgit.proposeUse(parents, id) };
    } catch (error) {
      const why = isLineageError(error, 'data-unfit') ? error.data.reason : messageOf(error).what;
      return { is: 'unfit', why };
    }
  }

  #lookAhead(onfound: () => void): () => void {
    const parents = this.#parents();
    const records = this.#session.graph.datasets.slice(0, mostProposed);
    let gone = false;
    const follow = async () => {
      let found: Found = {};
      for (const { id } of records) {
        const proposal = await this.#propose(parents, id);
        if (gone) return;
        found = { ...found, [id]: proposal };
        this.found = found;
        onfound();
      }
    };
    void follow();
    return () => {
      gone = true;
    };
  }
}
