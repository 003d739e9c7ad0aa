import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateRaw, inflateRaw } from '../../src/codecs/rawDeflate.ts';
import {
  codecCases,
  codecTrials,
  type CodecCase,
  type CodecResult,
} from '../pages/codecs/codecTrials.ts';
import { printCodecs } from './codecTable.ts';
import { timed } from './table.ts';
import { hasTool, runTool } from './tools.ts';

const runs = 15;

/**
 * Lossless coding of a synthetic child, N(0, 0.05) + N(0, 3e-4), with and without its parent, next
 * to deflate, zstd and xz, a copy and a hash. Single thread; MB/s of tensor bytes. Ours: best of the
 * runs. The commands' times include their start and the pipe, about 5 ms.
 */
export async function run(): Promise<void> {
  const cases = codecCases();
  const results = await codecTrials(cases, runs);
  printCodecs(
    cases.flatMap((each) => [
      ...results.filter(({ tensor }) => tensor === each.name),
      ...peers(each),
    ]),
  );
  for (const tool of ['zstd', 'xz'])
    if (!hasTool(tool)) console.log(`\nSKIPPED: ${tool} is not on the PATH.`);
}

function peers({ name, child, parent }: CodecCase): CodecResult[] {
  const row = { tensor: name, bytes: child.length };
  const deflated = timed(1, () => deflateRaw(child, 6));
  const inflated = timed(1, () => inflateRaw(deflated.result, { limitBytes: child.length }));
  const results: CodecResult[] = [
    {
      ...row,
      codec: 'pako level 6',
      coded: deflated.result.length,
      encodeMs: deflated.ms,
      decodeMs: inflated.ms,
    },
  ];
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  const parentFile = path.join(folder, 'parent');
  const whole = path.join(folder, 'child');
  writeFileSync(parentFile, parent);
  writeFileSync(whole, child);
  const commands = [
    { tool: 'zstd', args: ['-1'] },
    { tool: 'zstd', args: ['-19', '--long=27'] },
    { tool: 'zstd', args: ['-19', '--long=27', `--patch-from=${parentFile}`] },
    { tool: 'xz', args: ['-9'] },
  ].filter(({ tool }) => hasTool(tool));
  for (const { tool, args } of commands) {
    const packed = timed(1, () => runTool(tool, [...args, '-c', whole]));
    const unpackArgs = ['-d', ...args.filter((arg) => arg.startsWith('--')), '-c'];
    const unpacked = timed(1, () => runTool(tool, unpackArgs, packed.result));
    if (Buffer.compare(unpacked.result, child) !== 0) throw new Error(`${tool} is not exact`);
    results.push({
      ...row,
      codec: `${tool} ${args.join(' ')}`.replace(`=${parentFile}`, ' the parent'),
      coded: packed.result.length,
      encodeMs: packed.ms,
      decodeMs: unpacked.ms,
    });
  }
  rmSync(folder, { recursive: true });
  return results;
}
