import { describe, expect, it } from 'vitest';
import type { Extent } from '../network/network.ts';
import type { Dtype } from '../dtype.ts';
import { guessPreprocessing } from './guessPreprocessing.ts';

const guess = (shape: readonly Extent[], dtype: Dtype = 'f32') =>
  guessPreprocessing({ name: 'x', dtype, shape });

describe('guessPreprocessing', () => {
  it('takes a channel axis first or last for a picture', () => {
    expect(guess(['N', 1, 28, 28])).toMatchObject({ is: 'image', height: 28, layout: 'NCHW' });
    expect(guess([1, 240, 320, 3])).toMatchObject({ is: 'image', width: 320, layout: 'NHWC' });
    expect(guess(['N', 3, 'H', 'W'])).toMatchObject({ is: 'image', height: 224, width: 224 });
  });

  it('takes a long row for sound', () => {
    expect(guess(['N', 8000])).toMatchObject({ is: 'wave', samples: 8000, shape: [8000] });
    expect(guess(['N', 1, 'T'])).toMatchObject({ is: 'wave', shape: [1, 16000] });
  });

  it('takes anything else for numbers, open extents as one', () => {
    expect(guess(['N', 64])).toMatchObject({ is: 'numbers', shape: [64] });
    expect(guess([2, 'N', 64])).toMatchObject({ is: 'numbers', shape: [1, 64] });
    expect(guess(['N', 3, 2, 2])).toMatchObject({ is: 'numbers', shape: [3, 2, 2] });
    expect(guess(['N', 128], 'i64')).toMatchObject({ is: 'numbers' });
  });
});
