import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fft, logMel, melBank } from './logMel.ts';
import { resizeImage, withChannels } from './resizeImage.ts';
import { fnv1a, tokensOf } from './tokens.ts';
import { fitLength, resample } from './wave.ts';

describe('the Fourier transform', () => {
  test('agrees with the sum it stands for', () => {
    const numbers = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 }), fc.infiniteStream(numbers), (power, stream) => {
        const count = 2 ** power;
        const re = Float64Array.from({ length: count }, () => stream.next().value as number);
        const im = Float64Array.from({ length: count }, () => stream.next().value as number);
        const [a, b] = [re.slice(), im.slice()];
        fft(a, b);
        for (let k = 0; k < count; k++) {
          let [x, y] = [0, 0];
          for (let n = 0; n < count; n++) {
            const angle = (-2 * Math.PI * k * n) / count;
            x += (re[n] ?? 0) * Math.cos(angle) - (im[n] ?? 0) * Math.sin(angle);
            y += (re[n] ?? 0) * Math.sin(angle) + (im[n] ?? 0) * Math.cos(angle);
          }
          expect(a[k]).toBeCloseTo(x, 9);
          expect(b[k]).toBeCloseTo(y, 9);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('refuses lengths that are no power of two', () => {
    expect(() => {
      fft(new Float64Array(12), new Float64Array(12));
    }).toThrow('no power of two');
  });
});

describe('the log-mel spectrum', () => {
  const settings = { sampleRate: 8000, mels: 20, frames: 10, window: 256, hop: 128 };

  test('puts a tone into the band of its frequency', () => {
    const mel = (f: number): number => 2595 * Math.log10(1 + f / 700);
    for (const frequency of [300, 1000, 2500]) {
      const tone = Float32Array.from({ length: 2000 }, (_, i) => Math.sin((2 * Math.PI * frequency * i) / 8000)); // prettier-ignore
      const values = logMel(tone, settings);
      const column = Array.from({ length: 20 }, (_, band) => values[band * 10 + 3] ?? 0);
      const loudest = column.indexOf(Math.max(...column));
      // Middles lie at (band + 1) / 21 of the mel scale.
      const expected = (mel(frequency) / mel(4000)) * 21 - 1;
      expect(Math.abs(loudest - expected)).toBeLessThan(1);
    }
  });

  test('has mean 0 and deviation 1, whatever the loudness', () => {
    const noise = Float32Array.from({ length: 1500 }, (_, i) => Math.sin(i * i));
    const values = logMel(noise, settings);
    const mean = [...values].reduce((sum, value) => sum + value, 0) / values.length;
    const square = [...values].reduce((sum, value) => sum + value * value, 0) / values.length;
    expect(mean).toBeCloseTo(0, 5);
    expect(square).toBeCloseTo(1, 5);
    expect([...logMel(new Float32Array(2000), settings)].every((value) => value === 0)).toBe(true);
  });

  test('is the plain definition, computed the slow way', () => {
    const wave = Float32Array.from({ length: 700 }, (_, i) => Math.sin(i / 3) * Math.cos(i / 50));
    const small = { sampleRate: 8000, mels: 5, frames: 4, window: 64, hop: 100 };
    const raw: number[] = [];
    for (const { start, weights } of melBank(small))
      for (let f = 0; f < 4; f++) {
        let power = 0;
        weights.forEach((weight, k) => {
          let [x, y] = [0, 0];
          for (let n = 0; n < 64; n++) {
            const value = (wave[f * 100 + n] ?? 0) * (0.5 - 0.5 * Math.cos((2 * Math.PI * n) / 64));
            x += value * Math.cos((2 * Math.PI * (start + k) * n) / 64);
            y -= value * Math.sin((2 * Math.PI * (start + k) * n) / 64);
          }
          power += weight * (x * x + y * y);
        });
        raw.push(Math.log(power + 1e-6));
      }
    const mean = raw.reduce((sum, value) => sum + value, 0) / raw.length;
    const deviation = Math.sqrt(
      raw.reduce((sum, value) => sum + (value - mean) ** 2, 0) / raw.length,
    );
    const values = logMel(wave, small);
    raw.forEach((value, i) => {
      expect(values[i]).toBeCloseTo((value - mean) / deviation, 5);
    });
  });

  test('gives every band something to hear, however narrow', () => {
    for (const { weights } of melBank({ ...settings, mels: 80 }))
      expect(weights.some((weight) => weight > 0)).toBe(true);
  });
});

describe('resampling', () => {
  test.each([
    [8000, 16000],
    [16000, 8000],
    [44100, 16000],
    [8000, 11025],
  ])('keeps a tone from %i to %i', (from, to) => {
    const frequency = 440;
    const samples = Float32Array.from({ length: from / 4 }, (_, i) => Math.sin((2 * Math.PI * frequency * i) / from)); // prettier-ignore
    const result = resample({ samples, sampleRate: from }, to);
    expect(result.length).toBe(Math.round(to / 4));
    // The ends, where half of the window sees silence, are left out.
    for (let i = Math.round(result.length / 5); i < (result.length * 4) / 5; i++)
        expect(Math.abs((result[i] ?? 0) - Math.sin((2 * Math.PI * frequency * i) / to))).toBeLessThan(0.003); // prettier-ignore
  });

  test('takes away what the lower rate cannot hold', () => {
    const high = Float32Array.from({ length: 4000 }, (_, i) => Math.sin((2 * Math.PI * 6500 * i) / 16000)); // prettier-ignore
    const result = resample({ samples: high, sampleRate: 16000 }, 8000).slice(200, -200);
    for (const value of result) expect(Math.abs(value)).toBeLessThan(0.02);
  });

  test('cuts and pads', () => {
    expect(fitLength(Float32Array.of(1, 2, 3), 2)).toEqual(Float32Array.of(1, 2));
    expect(fitLength(Float32Array.of(1), 3)).toEqual(Float32Array.of(1, 0, 0));
    expect(resample({ samples: new Float32Array(), sampleRate: 8000 }, 16000)).toHaveLength(0);
  });
});

describe('resizing', () => {
  const image = (height: number, width: number, data: readonly number[]) =>
    ({ height, width, channels: 1, data: Uint8Array.from(data) }) as const;

  test('makes smaller by the mean of what a pixel covers', () => {
    expect(resizeImage(image(2, 4, [0, 10, 20, 30, 20, 30, 40, 50]), 1, 2).data.join()).toBe(
      '15,35',
    );
    // 3 → 2: each takes one and a half.
    expect(resizeImage(image(1, 3, [0, 90, 180]), 1, 2).data.join()).toBe('30,150');
  });

  test('makes larger by interpolating between middles', () => {
    expect(resizeImage(image(1, 2, [0, 100]), 1, 4).data.join()).toBe('0,25,75,100');
  });

  test('keeps a plain picture plain in any size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 255 }), (from, height, width, value) => {
        const plain = image(from, from, new Array<number>(from * from).fill(value));
        expect([...resizeImage(plain, height, width).data].every((pixel) => pixel === value)).toBe(true);
      }),
    ); // prettier-ignore
  });

  test('turns colour to grey and back', () => {
    const red = { height: 1, width: 1, channels: 3, data: Uint8Array.of(255, 0, 0) } as const;
    expect(withChannels(red, 1).data.join()).toBe('76');
    expect(withChannels(image(1, 1, [7]), 3).data.join()).toBe('7,7,7');
  });
});

describe('tokens', () => {
  test('hash as FNV-1a does', () => {
    // Source: test vectors of draft-eastlake-fnv.
    const hash = (text: string): number => fnv1a(new TextEncoder().encode(text));
    expect(hash('')).toBe(0x811c9dc5);
    expect(hash('a')).toBe(0xe40c292c);
    expect(hash('foobar')).toBe(0xbf9cf968);
  });

  test('are words whatever their case and marks, cut or padded', () => {
    const [ids, other] = ["Don't  STOP, now!", 'don’t stop now'].map((text) => tokensOf(text, 'words', 1000, 5)); // prettier-ignore
    expect(ids).toEqual(other);
    expect([...(ids ?? [])].filter((id) => id > 0)).toHaveLength(3);
    expect(tokensOf('a b c', 'words', 1000, 2)).toEqual(tokensOf('a b', 'words', 1000, 2));
    expect(tokensOf('Grüße 東京 42', 'words', 1000, 4).filter((id) => id > 0)).toHaveLength(3);
    for (const id of tokensOf('one two three four', 'words', 3, 4)) expect([1, 2]).toContain(id);
  });

  test('are bytes plus 1', () => {
    expect(tokensOf('aé', 'bytes', 257, 5)).toEqual(Int32Array.of(98, 0xc3 + 1, 0xa9 + 1, 0, 0));
    expect(tokensOf('aé', 'bytes', 257, 2)).toEqual(Int32Array.of(98, 0xc3 + 1));
  });
});
