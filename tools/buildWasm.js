/**
 * Compiles the codecs' WebAssembly: node tools/buildWasm.js
 *
 * Sources: src/codecs/wasm/assembly (AssemblyScript). Result: src/codecs/wasm/module.generated.ts,
 * which is committed, so that nothing but a change of the sources needs the compiler. A unit test
 * compiles again and compares.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import asc from 'assemblyscript/asc';

const root = path.resolve(import.meta.dirname, '..');

/** What the module may take at most, in pages of 64 KiB: a chunk of 4 MiB with elements of a byte. */
const mostPages = 464;

/** Where the generated file lies. */
export const generatedFile = path.join(root, 'src/codecs/wasm/module.generated.ts');

/** The text of the generated file, compiled from the sources as they are. */
export async function generatedText() {
  let binary;
  const { error, stderr } = await asc.main(
    [
      'src/codecs/wasm/assembly/index.ts',
      ...['--outFile', 'module.wasm', '--baseDir', root],
      // No collector and no allocator: the module lays its memory out itself.
      ...['-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort='],
      ...['--enable', 'simd', '--enable', 'bulk-memory'],
      // Vectors pass between functions of ours, never to the page.
      ...['--disableWarning', '112'],
      ...['--initialMemory', '8', '--maximumMemory', String(mostPages)],
    ],
    {
      writeFile: (name, contents) => {
        if (name === 'module.wasm') binary = contents;
      },
    },
  );
  if (error || binary === undefined) throw new Error(`${error?.message}\n${stderr.toString()}`);
  const text = Buffer.from(binary).toString('base64');
  return `// Written by tools/buildWasm.js from src/codecs/wasm/assembly: change that, not this.\nexport const moduleBase64 =\n  '${text}';\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync(generatedFile, await generatedText());
