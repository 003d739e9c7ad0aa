import { LineageError } from '../../../core/lineageError.ts';

/** Makes the errors of one file. Offsets in bytes. */
export interface Failure {
  /** The error for bytes at `at` that are no well-formed ONNX. */
  invalid(at: number, reason: string): LineageError<'format-invalid'>;
  /** The error for something at `at` over a limit, or that we do not carry. */
  unsupported(at: number, what: string): LineageError<'format-unsupported'>;
}

/** The errors of the ONNX file `file`. */
export function onnxFailure(file: string): Failure {
  return {
    invalid: (at, reason) =>
      new LineageError('format-invalid', { file, format: 'onnx', at, reason }),
    unsupported: (at, what) =>
      new LineageError('format-unsupported', { file, format: 'onnx', at, what }),
  };
}
