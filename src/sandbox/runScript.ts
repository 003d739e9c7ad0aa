import type { QuickJSContext, QuickJSHandle, QuickJSWASMModule } from 'quickjs-emscripten-core';
import { LineageError } from '../core/lineageError.ts';
import type { Cancellation } from '../core/ports/run.ts';
import type { SandboxOrder, SandboxOutcome } from '../core/ports/sandbox.ts';
import type { Json } from '../core/recipe/recipe.ts';

export type Engine = QuickJSWASMModule;

/** Of calls, in bytes: QuickJS says "stack overflow" before the module's own stack (1 MiB) is full. */
const stackBytes = 256 * 1024;
/** Lines and characters that a script may log; more are left out, and that is said. */
const mostLines = 200;
const longestLine = 2000;
/** Characters of a result. */
const longestResult = 1_000_000;

const file = 'script';

/**
 * What a script may not have: the clock is left out of the context, chance is taken away here. Gives the
 * functions that carry values in and out, taken before the script can replace them. JSON has no NaN:
 * numbers that are not finite go out as text.
 */
const prelude = `(() => {
  'use strict';
  const { parse, stringify } = JSON;
  const { isFinite } = Number;
  const text = String;
  Math.random = () => { throw new Error('there are no random numbers: a test repeats'); };
  return [
    parse,
    (value) => stringify(value, (_, each) => typeof each === 'number' && !isFinite(each) ? text(each) : each),
    (values) => values.map((value) => typeof value === 'string' ? value : stringify(value) ?? text(value)).join(' '),
  ];
})()`;

/**
 * Runs one script in a runtime of its own, which is gone afterwards.
 *
 * @throws LineageError `script-failed`.
 * @throws anything where the module broke; it must not be used again.
 */
export function runScript(
  engine: Engine,
  order: SandboxOrder,
  signal: Cancellation,
  now: () => number,
): SandboxOutcome {
  const started = now();
  const log: string[] = [];
  const limit = { late: false };
  const runtime = engine.newRuntime();
  runtime.setMemoryLimit(order.memoryBytes);
  runtime.setMaxStackSize(stackBytes);
  runtime.setInterruptHandler(() => {
    limit.late ||= now() - started > order.timeMs;
    return limit.late || signal.aborted;
  });
  // Everything of the language, but no clock.
  const context = runtime.newContext({
    intrinsics: {
      BaseObjects: true,
      Eval: true,
      StringNormalize: true,
      RegExp: true,
      JSON: true,
      Proxy: true,
      MapSet: true,
      TypedArrays: true,
      Promise: true,
      BigInt: true,
    },
  });
  try {
    const value = called(context, order, log, () => reasonOf(order, limit, signal));
    return { value, log, ms: now() - started };
  } finally {
    context.dispose();
    runtime.dispose();
  }
}

/** Why a script was ended from outside. */
function reasonOf(
  { timeMs }: SandboxOrder,
  { late }: { readonly late: boolean },
  signal: Cancellation,
): string | undefined {
  signal.throwIfAborted();
  return late ? `it took longer than ${timeMs} ms` : undefined;
}

function called(
  context: QuickJSContext,
  { script, globals, memoryBytes }: SandboxOrder,
  log: string[],
  ended: () => string | undefined,
): Json {
  const handles: QuickJSHandle[] = [];
  const own = (handle: QuickJSHandle): QuickJSHandle => {
    handles.push(handle);
    return handle;
  };
  const settle = (result: ReturnType<QuickJSContext['evalCode']>): QuickJSHandle => {
    if (result.error === undefined) return own(result.value);
    throw failure(context, own(result.error), memoryBytes, ended());
  };
  try {
    const tools = settle(context.evalCode(prelude, 'prelude'));
    const [parse, stringify, words] = [0, 1, 2].map((at) => own(context.getProp(tools, at)));
    if (parse === undefined || stringify === undefined || words === undefined)
      throw new Error('no tools');
    addLog(context, words, log, own);
    const names = Object.keys(globals);
    const given = names.map((name) =>
      settle(
        context.callFunction(
          parse,
          context.undefined,
          own(context.newString(JSON.stringify(globals[name]))),
        ),
      ),
    );
    const body = settle(context.evalCode(`(function (${names.join(', ')}) {\n${script}\n})`, file));
    const value = settle(context.callFunction(body, context.undefined, ...given));
    const state = context.getPromiseState(value);
    if (!(state.type === 'fulfilled' && state.notAPromise === true)) {
      if (state.type !== 'pending' && 'error' in state) own(state.error as QuickJSHandle);
      throw failed('it returned a promise: return the value itself');
    }
    return jsonOf(context, settle(context.callFunction(stringify, context.undefined, value)));
  } finally {
    for (const handle of handles.reverse()) if (handle.alive) handle.dispose();
  }
}

function jsonOf(context: QuickJSContext, text: QuickJSHandle): Json {
  if (context.typeof(text) !== 'string') throw failed('it returned nothing: return the metrics');
  const json = context.getString(text);
  if (json.length > longestResult)
    throw failed(`its result takes ${json.length} characters and may take ${longestResult}`);
  return JSON.parse(json) as Json;
}

/** `log(…)`: what a script says for its author. The only function of ours that it can call. */
function addLog(
  context: QuickJSContext,
  words: QuickJSHandle,
  log: string[],
  own: (handle: QuickJSHandle) => QuickJSHandle,
): void {
  const say = context.newFunction('log', (...given) => {
    if (log.length > mostLines) return;
    if (log.length === mostLines) {
      log.push('… and more lines, which are left out');
      return;
    }
    const list = context.newArray();
    for (const [at, value] of given.entries()) context.setProp(list, at, value);
    const text = context.callFunction(words, context.undefined, list);
    list.dispose();
    if (text.error !== undefined) {
      text.error.dispose();
      log.push('(cannot be written)');
      return;
    }
    const line = context.getString(text.value);
    text.value.dispose();
    log.push(line.length > longestLine ? `${line.slice(0, longestLine)} …` : line);
  });
  context.setProp(context.global, 'log', own(say));
}

function failed(reason: string, line?: number): LineageError {
  return new LineageError('script-failed', line === undefined ? { reason } : { reason, line });
}

function failure(
  context: QuickJSContext,
  error: QuickJSHandle,
  memoryBytes: number,
  ended: string | undefined,
): LineageError {
  if (ended !== undefined) return failed(ended);
  const dumped: unknown = context.dump(error);
  if (typeof dumped !== 'object' || dumped === null) return failed(brief(String(dumped)));
  const { name, message, stack } = dumped as { name?: unknown; message?: unknown; stack?: unknown };
  const text = brief([name, message].filter((each) => typeof each === 'string').join(': '));
  if (/out of memory/.test(text))
    return failed(`it needs more than ${memoryBytes} bytes of memory`);
  if (/stack overflow|call stack/i.test(text)) return failed('it calls itself too deeply');
  const line = typeof stack === 'string' ? /\bscript:(\d+)/.exec(stack)?.[1] : undefined;
  // The first line of the file is ours.
  const at = line === undefined ? undefined : Number(line) - 1;
  return failed(text === '' ? 'it threw something that is no error' : text, at);
}

function brief(text: string): string {
  return text.length > 500 ? `${text.slice(0, 500)} …` : text;
}
