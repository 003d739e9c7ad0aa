import { expose, proxy, wrap } from 'comlink';
import type { LayoutApi, LineageApi } from './api.ts';
import { installTransferHandlers } from './transfer.ts';

/** Serves `api` to the thread that started this worker. */
export function serve(api: object): void {
  installTransferHandlers();
  expose(api);
}

/** The lineage worker as the page calls it. */
export function connectLineage(worker: Worker): LineageApi {
  return connect(worker) as LineageApi;
}

/** The layout worker as the page calls it. */
export function connectLayout(worker: Worker): LayoutApi {
  return connect(worker) as LayoutApi;
}

type Method = (...given: unknown[]) => unknown;

/**
 * The far side of a worker. Functions among the arguments of a call (progress, listeners) become
 * proxies, so that callers pass plain functions.
 */
function connect(worker: Worker): unknown {
  installTransferHandlers();
  const remote = wrap<Record<string, Method>>(worker);
  return new Proxy(
    {},
    {
      get(_target, name) {
        // Without this an `await` of the far side would call its method `then`.
        if (typeof name !== 'string' || name === 'then') return undefined;
        return (...given: unknown[]) =>
          (remote as unknown as Record<string, Method>)[name]?.(
            ...given.map((value) => (typeof value === 'function' ? proxy(value) : value)),
          );
      },
    },
  );
}
