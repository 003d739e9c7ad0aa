import { isAbort, messageOf } from './messages.ts';

export interface Toast {
  readonly id: number;
  readonly tone: 'info' | 'success' | 'danger';
  readonly text: string;
  readonly detail?: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** How long a toast stays, in ms; one that says what went wrong stays until it is closed. */
const staysMs = 8000;

/** Short messages at the edge of the screen, newest last; at most four at a time. */
export class Toasts {
  list = $state.raw<readonly Toast[]>([]);
  #made = 0;

  readonly add = (toast: Omit<Toast, 'id'>): void => {
    this.#made += 1;
    const id = this.#made;
    this.list = [...this.list.slice(-3), { ...toast, id }];
    if (toast.tone !== 'danger')
      setTimeout(() => {
        this.dismiss(id);
      }, staysMs);
  };

  readonly dismiss = (id: number): void => {
    this.list = this.list.filter((toast) => toast.id !== id);
  };

  /** Says what went wrong, unless a person cancelled. */
  readonly failed = (error: unknown): void => {
    if (isAbort(error)) return;
    const { what, todo } = messageOf(error);
    this.add({ tone: 'danger', text: what, detail: todo });
  };
}
