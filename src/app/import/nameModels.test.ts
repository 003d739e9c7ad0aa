import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nameModels } from './nameModels.ts';

const named = (...paths: string[]) =>
  paths.map((path) => ({ path, name: path.replace(/^.*\//, '').replace(/\.[^.]*$/, '') }));

it('takes the stem, then the file name, then the path, then a number', () => {
  expect(nameModels(named('a/x.onnx', 'a/y.onnx'), new Set())).toEqual(['x', 'y']);
  expect(nameModels(named('a/x.onnx', 'a/x.pth'), new Set())).toEqual(['x.onnx', 'x.pth']);
  expect(nameModels(named('a/x.onnx', 'b/x.onnx'), new Set())).toEqual(['a/x.onnx', 'b/x.onnx']);
  expect(nameModels(named('x.onnx', 'x.onnx'), new Set())).toEqual(['x', 'x (2)']);
});

it('tells apart names that differ only by case', () => {
  expect(nameModels(named('RFB-Epoch.onnx', 'RFB-epoch.pth'), new Set())).toEqual([
    'RFB-Epoch.onnx',
    'RFB-epoch.pth',
  ]);
});

it('never gives a name twice or one that is taken', () => {
  const path = fc.tuple(
    fc.constantFrom('a/', 'b/', ''),
    fc.constantFrom('x', 'X', 'x (2)'),
    fc.constantFrom('.onnx', '.pth', ''),
  );
  fc.assert(
    fc.property(
      fc.array(path),
      fc.array(fc.constantFrom('x', 'x.onnx', 'x (2)')),
      (parts, used) => {
        const names = nameModels(named(...parts.map((part) => part.join(''))), new Set(used));
        expect(new Set([...names, ...used]).size).toBe(names.length + new Set(used).size);
      },
    ),
  );
});
