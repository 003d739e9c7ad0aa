import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deltaCodec } from '../../src/codecs/delta/deltaCodec.ts';
import { exponentCodec } from '../../src/codecs/exponent/exponentCodec.ts';
import { deflateRaw, inflateRaw } from '../../src/codecs/rawDeflate.ts';
import { bytesOf, family, toBfloat16, toFloat16 } from './syntheticWeights.ts';
import { printTable, timed } from './table.ts';
import { hasTool, runTool } from './tools.ts';

const runs = 5;
const count = 2 ** 20;

/**
 * Lossless coding of a synthetic child, N(0, 0.05) + N(0, 3e-4), with and without its parent, next
 * to deflate, zstd and xz. Single thread; MB/s of tensor bytes, median of the runs. The commands' times
 * include their start and the pipe, about 5 ms.
 */
export async function run(): Promise<void> {
  const { parent, child } = family(count, 3e-4);
  const cases = [
    { name: 'f32', bytes: 4, child: bytesOf(child), parent: bytesOf(parent) },
    {
      name: 'bf16',
      bytes: 2,
      child: bytesOf(toBfloat16(child)),
      parent: bytesOf(toBfloat16(parent)),
    },
    { name: 'f16', bytes: 2, child: bytesOf(toFloat16(child)), parent: bytesOf(toFloat16(parent)) },
  ] as const;
  const rows = cases.flatMap((each) => [...ours(each), ...peers(each)]);
  printTable(['tensor', 'codec', 'ratio', 'encode MB/s', 'decode MB/s'], rows);
  for (const tool of ['zstd', 'xz'])
    if (!hasTool(tool)) console.log(`\nSKIPPED: ${tool} is not on the PATH.`);
  await Promise.resolve();
}

interface Case {
  readonly name: string;
  readonly bytes: 2 | 4;
  readonly child: Uint8Array<ArrayBuffer>;
  readonly parent: Uint8Array<ArrayBuffer>;
}
type Row = (string | number)[];

function row(each: Case, name: string, coded: { ms: number; size: number }, decodeMs: number): Row {
  const rate = (ms: number) => (each.child.length / 1e3 / ms).toFixed(0);
  const ratio = (each.child.length / coded.size).toFixed(3);
  return [each.name, name, ratio, rate(coded.ms), rate(decodeMs)];
}

function ours(each: Case): Row[] {
  const element = { bytes: each.bytes, float: true } as const;
  return [
    { codec: deltaCodec, bases: [each.parent], name: 'ours, delta to the parent' },
    { codec: exponentCodec, bases: [], name: 'ours, alone' },
  ].map(({ codec, bases, name }) => {
    const coded = timed(runs, () => codec.encode(each.child, bases, element));
    const { result } = coded;
    if (result === undefined) throw new Error(`${codec.name} declined ${each.name}`);
    const decoded = timed(runs, () => codec.decode(result, bases, each.child.length));
    if (Buffer.compare(decoded.result, each.child) !== 0) throw new Error(`${name} is not exact`);
    return row(each, name, { ms: coded.ms, size: result.length }, decoded.ms);
  });
}

function peers(each: Case): Row[] {
  const { child } = each;
  const deflated = timed(1, () => deflateRaw(child, 6));
  const inflated = timed(1, () => inflateRaw(deflated.result, { limitBytes: child.length }));
  const rows = [
    row(each, 'pako level 6', { ms: deflated.ms, size: deflated.result.length }, inflated.ms),
  ];
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  const parent = path.join(folder, 'parent');
  const whole = path.join(folder, 'child');
  writeFileSync(parent, each.parent);
  writeFileSync(whole, child);
  const commands = [
    { tool: 'zstd', args: ['-1'] },
    { tool: 'zstd', args: ['-19', '--long=27'] },
    { tool: 'zstd', args: ['-19', '--long=27', `--patch-from=${parent}`] },
    { tool: 'xz', args: ['-9'] },
  ].filter(({ tool }) => hasTool(tool));
  for (const { tool, args } of commands) {
    const packed = timed(1, () => runTool(tool, [...args, '-c', whole]));
    const unpackArgs = ['-d', ...args.filter((arg) => arg.startsWith('--')), '-c'];
    const unpacked = timed(1, () => runTool(tool, unpackArgs, packed.result));
    if (Buffer.compare(unpacked.result, child) !== 0) throw new Error(`${tool} is not exact`);
    const name = `${tool} ${args.join(' ')}`.replace(`=${parent}`, ' the parent');
    rows.push(row(each, name, { ms: packed.ms, size: packed.result.length }, unpacked.ms));
  }
  rmSync(folder, { recursive: true });
  return rows;
}
