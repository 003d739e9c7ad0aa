import { describe, expect, it } from 'vitest';
import { namedAfter, nameOrder, parseName } from './names.ts';

function order(a: string, b: string): string {
  const [x, y] = [parseName(a), parseName(b)];
  const found = nameOrder(x, y);
  const back = nameOrder(y, x);
  expect(back?.sign ?? 0).toBe(found === undefined || found.sign === 0 ? 0 : -found.sign);
  return found === undefined ? 'none' : `${found.sign} ${found.kind}`;
}

describe('names', () => {
  it.each([
    ['run-epoch-040.pth', 'run-epoch-499.pth', '-1 epoch'],
    ['checkpoint-500', 'checkpoint-1000', '-1 epoch'],
    ['net_10e', 'net_15e', '-1 epoch'],
    ['speech_v4', 'speech_v5', '-1 version'],
    ['lib-1.10.0', 'lib-1.9.2', '1 version'],
    ['v4.0_pre.onnx', 'v4.0.onnx', '-1 version'],
    ['model.onnx', 'model_v2.onnx', '-1 version'],
    ['face_2021-09_op9.onnx', 'face_2021-12_op11.onnx', '-1 date'],
    ['net_20230101', 'net_20240101', '-1 date'],
    ['net_2024-03-25a', 'net_2024-03-25b', '-1 date'],
    ['yolo_320', 'yolo_640', '-1 number'],
    ['a_v1_2024-01', 'a_v2_2023-01', '0 version'],
    ['cat_v1', 'dog_v2', 'none'],
    ['same', 'same', 'none'],
  ])('%s, %s: %s', (a, b, expected) => {
    expect(order(a, b)).toBe(expected);
  });

  it('know a name made from another one by a term of derivation', () => {
    const after = (child: string, parent: string): boolean =>
      namedAfter(parseName(child), parseName(parent));
    expect(after('model_quantized.onnx', 'model.onnx')).toBe(true);
    expect(after('resnet_int8.onnx', 'resnet.onnx')).toBe(true);
    expect(after('net-finetuned', 'net')).toBe(true);
    expect(after('net_blue', 'net')).toBe(false);
    expect(after('model.onnx', 'model_quantized.onnx')).toBe(false);
  });
});
