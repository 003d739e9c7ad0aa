import { describe, expect, it } from 'vitest';
import { LineageError } from '../core/lineageError.ts';
import { messageOf, messageOfReported } from './messages.ts';

describe('messages', () => {
  it('name the file, the place and what to do', () => {
    const { what, todo } = messageOf(
      new LineageError('format-invalid', {
        file: 'a/b.onnx',
        format: 'ONNX',
        at: 1042,
        reason: 'the file ends early',
      }),
    );
    expect(what).toContain('a/b.onnx');
    expect(what).toContain('byte 1,042');
    expect(what).toContain('the file ends early');
    expect(todo).not.toBe('');
  });

  it('say the numbers of a full disk', () => {
    const { what } = messageOf(
      new LineageError('quota-exceeded', { neededBytes: 2e9, availableBytes: 5e8 }),
    );
    expect(what).toBe('There is not enough room: 2.00 GB are needed, 500 MB are free.');
  });

  it('give the same words for an error that crossed the wire in a report', () => {
    const data = { file: 'x.onnx', looksLike: 'an HTML page' };
    expect(messageOfReported({ code: 'format-unknown', message: '', data })).toEqual(
      messageOf(new LineageError('format-unknown', data)),
    );
  });

  it('do not name a file again that stands above them, but name the others', () => {
    const error = {
      code: 'companion-missing' as const,
      message: '',
      data: { file: 'a.onnx', needs: 'a.onnx.data' },
    };
    const { what } = messageOfReported(error, 'folder/a.onnx');
    expect(what).toBe('This file keeps its weights in a.onnx.data, which was not given with it.');
    expect(messageOfReported(error, 'b.onnx').what).toContain('a.onnx keeps');
  });

  it('group the digits of byte counts, and of nothing else', () => {
    const { what } = messageOf(
      new LineageError('format-unsupported', {
        file: 'a.pth',
        format: 'PyTorch checkpoint',
        at: 0,
        what: 'the entry "2048" of 314572800 bytes',
      }),
    );
    expect(what).toContain('"2048" of 314,572,800 bytes.');
  });

  it('call a bug of our own unexpected', () => {
    expect(messageOf(new TypeError('x is undefined')).what).toContain('unexpected');
  });
});
