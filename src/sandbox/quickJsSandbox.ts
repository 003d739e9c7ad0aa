import { isLineageError, LineageError } from '../core/lineageError.ts';
import type { Sandbox } from '../core/ports/sandbox.ts';
import { runScript, type Engine } from './runScript.ts';

/**
 * Scripts in QuickJS compiled to WebAssembly: another engine with its own heap, which knows nothing of
 * this one's. The module (0.5 MB) is loaded with the first script; each script gets a fresh runtime.
 *
 * @param now - milliseconds of a clock that does not go back.
 */
export function quickJsSandbox(now: () => number): Sandbox {
  let loading: Promise<Engine> | undefined;
  return {
    run: async (order, signal) => {
      signal.throwIfAborted();
      loading ??= load();
      let engine: Engine;
      try {
        engine = await loading;
      } catch (error) {
        loading = undefined;
        throw error;
      }
      try {
        return runScript(engine, order, signal, now);
      } catch (error) {
        if (isLineageError(error) || (error instanceof Error && error.name === 'AbortError'))
          throw error;
        // The module itself broke down (its stack, its memory): the next script gets another.
        loading = undefined;
        throw new LineageError(
          'script-failed',
          { reason: 'it broke the sandbox: it needs too much memory, or calls itself too deeply' },
          { cause: error },
        );
      }
    },
  };
}

async function load(): Promise<Engine> {
  const [{ newQuickJSWASMModuleFromVariant }, { default: variant }] = await Promise.all([
    import('quickjs-emscripten-core'),
    import('@jitl/quickjs-wasmfile-release-sync'),
  ]);
  return newQuickJSWASMModuleFromVariant(variant);
}
