/**
 * Makes the sample model and data set of `public/digits` from the UCI data set "Optical
 * Recognition of Handwritten Digits": `node tools/makeDigits.js <folder with optdigits.tra and .tes>`.
 *
 * The model is trained by the app's own code, on the CPU, with one thread: the same files come out
 * everywhere.
 */
import path from 'node:path';
import process from 'node:process';
import { withTypeScript } from './loadTypeScript.js';

const [from] = process.argv.slice(2);
if (from === undefined) {
  console.error('usage: node tools/makeDigits.js <folder with optdigits.tra and optdigits.tes>');
  process.exit(2);
}
const to = path.join(path.dirname(import.meta.dirname), 'public', 'digits');
const file = path.join(import.meta.dirname, 'samples', 'digits.ts');
const accuracy = await withTypeScript(file, (module) => module.makeDigits(from, to));
console.log(`accuracy on the 13 other writers: ${(100 * accuracy).toFixed(2)} %`);
