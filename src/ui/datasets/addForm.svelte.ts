import type { DatasetProposal } from '../../core/creationViews.ts';
import type { Reading } from '../../core/data/dataset.ts';
import type { DatasetId } from '../../core/ids.ts';
import type { IncomingFile } from '../../rpc/calls.ts';
import { addDataset } from '../actions/keepData.ts';
import { isAbort } from '../messages.ts';
import type { Session } from '../session.svelte.ts';

export type ProposalState =
  | { readonly is: 'none' }
  | { readonly is: 'reading'; readonly step: string }
  | { readonly is: 'ready'; readonly value: DatasetProposal }
  | { readonly is: 'failed'; readonly error: unknown };

/** Files on their way to becoming a data set: how they would be read, and what a person changed. */
export class AddForm {
  readonly #session: Session;
  #controller: AbortController | undefined;
  files = $state.raw<readonly IncomingFile[]>([]);
  proposal = $state.raw<ProposalState>({ is: 'none' });
  /** The last reading that worked: stays in sight while another is tried. */
  shown = $state.raw<DatasetProposal>();
  reading = $state.raw<Reading>();
  name = $state('');
  notes = $state('');
  adding = $state(false);

  constructor(session: Session) {
    this.#session = session;
  }

  /** Takes files in place of those there. */
  readonly take = (files: readonly IncomingFile[]): void => {
    if (files.length === 0) return;
    this.files = files;
    this.reading = undefined;
    this.shown = undefined;
    this.name = '';
    void this.#read();
  };

  readonly readAs = (reading: Reading): void => {
    this.reading = reading;
    void this.#read();
  };

  readonly stop = (): void => {
    this.#controller?.abort();
  };

  /** Stores the data set; gives its id, undefined when that did not happen. */
  readonly add = async (): Promise<DatasetId | undefined> => {
    const { files, reading, notes } = this;
    const name = this.name.trim();
    this.adding = true;
    const id = await addDataset(this.#session, files, {
      ...(name === '' ? {} : { name }),
      ...(reading === undefined ? {} : { reading }),
      ...(notes.trim() === '' ? {} : { notes: notes.trim() }),
    });
    this.adding = false;
    return id;
  };

  async #read(): Promise<void> {
    this.#controller?.abort();
    const controller = new AbortController();
    const { signal } = controller;
    this.#controller = controller;
    this.proposal = { is: 'reading', step: 'Reading the files…' };
    try {
      const value = await this.#session.mgit.proposeDataset(this.files, {
        ...(this.reading === undefined ? {} : { reading: this.reading }),
        signal,
        onProgress: ({ step }) => {
          if (!signal.aborted) this.proposal = { is: 'reading', step };
        },
      });
      if (signal.aborted) return;
      this.reading = value.reading;
      if (this.name === '') this.name = value.name;
      this.shown = value;
      this.proposal = { is: 'ready', value };
    } catch (error) {
      if (!signal.aborted && !isAbort(error)) this.proposal = { is: 'failed', error };
    }
  }
}
