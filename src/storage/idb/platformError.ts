import { LineageError } from '../../core/lineageError.ts';

/** Whether the platform says that the disk or the origin's share of it is full. */
export function isQuotaError(error: unknown): boolean {
  return nameOf(error) === 'QuotaExceededError';
}

/** Whether a connection was closed under us: by a newer tab, a deletion, or the browser. */
export function isClosedError(error: unknown): boolean {
  return nameOf(error) === 'InvalidStateError';
}

/** Whether the database was written by a newer version of the app. */
export function isVersionError(error: unknown): boolean {
  return nameOf(error) === 'VersionError';
}

/** `quota-exceeded` with what was needed and, where the browser says, what is left. */
export async function quotaExceeded(
  cause: unknown,
  neededBytes: number,
): Promise<LineageError<'quota-exceeded'>> {
  const { usage, quota } = await estimate();
  const left = usage === undefined || quota === undefined ? undefined : Math.max(0, quota - usage);
  // The estimate may be of the origin's share while the disk itself is full: then it says nothing.
  const availableBytes = left !== undefined && left < neededBytes ? left : undefined;
  return new LineageError('quota-exceeded', { neededBytes, availableBytes }, { cause });
}

/** An error of the database as `storage-unavailable`; other errors as they are. */
export function unavailable(error: unknown): unknown {
  if (!(error instanceof DOMException)) return error;
  const reason = error.message === '' ? error.name : error.message;
  return new LineageError('storage-unavailable', { reason }, { cause: error });
}

async function estimate(): Promise<StorageEstimate> {
  const { navigator } = globalThis as { readonly navigator?: Partial<WorkerNavigator> };
  try {
    return (await navigator?.storage?.estimate()) ?? {};
  } catch {
    // The numbers are extra: without them the failure is still told.
    return {};
  }
}

function nameOf(error: unknown): string | undefined {
  return error instanceof Error || error instanceof DOMException ? error.name : undefined;
}
