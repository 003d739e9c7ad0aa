import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SandboxOrder } from '../core/ports/sandbox.ts';
import { isLineageError } from '../core/lineageError.ts';
import type { Json } from '../core/recipe/recipe.ts';
import { quickJsSandbox } from './quickJsSandbox.ts';

/** Long enough on a busy machine for what another limit is to stop. */
const patientMs = 10_000;

const sandbox = quickJsSandbox(() => performance.now());
const signal = new AbortController().signal;

function order(script: string, globals: Record<string, Json> = {}): SandboxOrder {
  return { script, globals, timeMs: 300, memoryBytes: 16 * 1024 ** 2 };
}

const run = (script: string, globals?: Record<string, Json>) =>
  sandbox.run(order(script, globals), signal);

async function refusal(script: string, timeMs = 300): Promise<{ reason: string; line?: number }> {
  try {
    await sandbox.run({ ...order(script), timeMs }, signal);
  } catch (error) {
    if (isLineageError(error, 'script-failed')) return error.data;
    throw error;
  }
  throw new Error('it ran');
}

describe('quickJsSandbox', () => {
  it('gives what a script returns, and what it logs', async () => {
    const script = 'log("seen", xs.length, {a: 1}); return {sum: xs.reduce((a, b) => a + b, 0)};';
    const outcome = await run(script, { xs: [1, 2, 3] });
    expect(outcome.value).toEqual({ sum: 6 });
    expect(outcome.log).toEqual(['seen 3 {"a":1}']);
  });

  it('carries any JSON in and out', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const given = JSON.parse(JSON.stringify(value)) as Json;
        expect((await run('return given;', { given })).value).toEqual(given);
      }),
      { numRuns: 40 },
    );
  });

  it('tells numbers that JSON lacks by their names', async () => {
    expect((await run('return [0 / 0, 1 / 0, -1 / 0];')).value).toEqual([
      'NaN',
      'Infinity',
      '-Infinity',
    ]);
  });

  it('stops an infinite loop at its time', async () => {
    const started = performance.now();
    expect((await refusal('for (;;) {}')).reason).toMatch(/longer than 300 ms/);
    expect(performance.now() - started).toBeLessThan(3000);
    // Also one that catches what stops it.
    expect((await refusal('for (;;) { try { for (;;) {} } catch {} }')).reason).toMatch(/300 ms/);
    expect((await refusal('/(a+)+$/.test("a".repeat(40) + "b"); for (;;) {}')).reason).toMatch(
      /300 ms/,
    );
  });

  it('stops what needs too much memory', async () => {
    expect((await refusal('const a = []; for (;;) a.push({ a });', patientMs)).reason).toMatch(/memory/); // prettier-ignore
    // Doubled strings share their halves, so time may end it before memory does.
    expect((await refusal('let s = "x"; for (;;) s += s + s.length;')).reason).toMatch(
      /memory|string|300 ms/,
    );
    expect((await refusal('return new Uint8Array(1e9).length;', patientMs)).reason).toMatch(
      /memory|invalid/,
    );
    expect((await refusal('return "x".repeat(2e6);', patientMs)).reason).toMatch(
      /2000002 characters/,
    );
    expect((await run('return 1;')).value).toBe(1);
  });

  it('stops what calls itself too deeply', async () => {
    const { reason } = await refusal('const f = (n) => 1 + f(n + 1); return f(0);', patientMs);
    expect(reason).toMatch(/deeply/);
    const nested = 'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a;';
    expect((await refusal(nested, patientMs)).reason).toMatch(/deeply|sandbox/);
    expect((await run('return 2;')).value).toBe(2);
  });

  it('shows nothing of the page, the clock or chance', async () => {
    const names = [
      'fetch', 'indexedDB', 'navigator', 'self', 'window', 'process', 'require', 'postMessage',
      'WebAssembly', 'XMLHttpRequest', 'importScripts', 'crypto', 'performance', 'Date', 'setTimeout',
      'console', 'localStorage', 'caches', 'Worker', 'Atomics',
    ]; // prettier-ignore
    const script = `return [${names.map((name) => `typeof ${name}`).join(', ')}];`;
    expect((await run(script)).value).toEqual(names.map(() => 'undefined'));
    expect((await refusal('return Math.random();')).reason).toMatch(/no random numbers/);
    expect((await refusal('return import("node:fs");')).reason).toMatch(/promise/);
  });

  it('keeps to its own world whatever a script does to prototypes', async () => {
    const script = `
      Object.prototype.polluted = 1;
      Array.prototype.map = () => { throw new Error('map'); };
      JSON.stringify = () => 'no';
      const host = log.constructor('return typeof globalThis.process + typeof globalThis.document')();
      return JSON.parse('{"__proto__": {"evil": true}, "host": "' + host + '"}');`;
    const { value } = await run(script);
    expect((value as { host: string }).host).toBe('undefinedundefined');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(({} as { evil?: boolean }).evil).toBeUndefined();
    // Nothing is left for the next one.
    expect((await run('return [typeof polluted, [1].map((x) => x + 1)];')).value).toEqual([
      'undefined',
      [2],
    ]);
  });

  it('says what went wrong, and in which line', async () => {
    expect(await refusal('const a = 1;\nconst b = a.c.d;\nreturn b;')).toMatchObject({ line: 2 });
    expect((await refusal('return 1 +;')).reason).toMatch(/SyntaxError/);
    expect((await refusal('throw "plain";')).reason).toBe('plain');
    expect((await refusal('throw {};')).reason).not.toBe('');
    expect((await refusal('log(1);')).reason).toMatch(/nothing/);
    expect((await refusal('return (async () => 1)();')).reason).toMatch(/promise/);
    expect((await refusal('return 10n;')).reason).toMatch(/TypeError/);
    expect((await refusal('const a = {}; a.a = a; return a;')).reason).toMatch(/circular/);
  });

  it('leaves out lines beyond what a log holds, and says so', async () => {
    const { log } = await run('for (let i = 0; i < 1000; i++) log("x".repeat(5000)); return 0;');
    expect(log).toHaveLength(201);
    expect(log.at(-1)).toMatch(/left out/);
    expect(log[0]?.length).toBeLessThan(2010);
  });

  it('gives the same for the same', async () => {
    const script = 'const m = new Map(); for (const x of xs) m.set(x, x * x); return [...m];';
    const first = await run(script, { xs: [3, 1, 2] });
    expect((await run(script, { xs: [3, 1, 2] })).value).toEqual(first.value);
  });

  it('does not begin once it was cancelled', async () => {
    await expect(sandbox.run(order('return 1;'), AbortSignal.abort())).rejects.toThrow(/abort/i);
  });

  it('takes no more memory for a hundred scripts than for one', async () => {
    for (let i = 0; i < 100; i++) await run('return new Array(1e5).fill(1).length;');
    expect((await run('return 1;')).value).toBe(1);
  });
});
