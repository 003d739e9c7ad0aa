import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { randomFrom } from '../../src/core/data/random.ts';
import { wavBytes } from './fileBytes.ts';
import type { DataFile } from './lineageBench.ts';

/** A spoken digit, and what there is to know of it. */
export interface SpokenDigit {
  readonly digit: number;
  readonly speaker: string;
  readonly seconds: number;
  readonly file: DataFile;
}

/** Bytes before the samples in a WAV file as these are; two bytes are a sample. */
const wavHead = 44;

/** The clips of the Free Spoken Digit Dataset in a folder: `digit_speaker_take.wav`, 8 kHz. */
export function readSpokenDigits(folder: string): readonly SpokenDigit[] {
  const names = readdirSync(folder).filter((name) => /^\d_[a-z]+_\d+\.wav$/.test(name));
  return names.sort().map((name) => {
    const [digit = '', speaker = ''] = name.split('_');
    const bytes = Uint8Array.from(readFileSync(path.join(folder, name)));
    const seconds = (bytes.length - wavHead) / 2 / 8000;
    return { digit: Number(digit), speaker, seconds, file: { path: name, bytes } };
  });
}

/** Sounds of two tones, one for the digit and one for the speaker: a small task without files. */
export function playedDigits(takes: number, seed: number): readonly SpokenDigit[] {
  const random = randomFrom(seed);
  const spoken: SpokenDigit[] = [];
  for (const [voice, speaker] of ['ada', 'ben', 'cleo', 'dan'].entries())
    for (let digit = 0; digit < 10; digit++)
      for (let take = 0; take < takes; take++) {
        const seconds = 0.2 + 0.2 * random.uniform();
        const samples = Float32Array.from({ length: Math.round(8000 * seconds) }, (_, i) => {
          const low = Math.sin((2 * Math.PI * (200 + 60 * voice) * i) / 8000);
          const high = Math.sin((2 * Math.PI * (800 + 280 * digit) * i) / 8000);
          return 0.4 * low + 0.4 * high + 0.02 * random.normal();
        });
        const bytes = wavBytes(8000, samples);
        spoken.push({ digit, speaker, seconds, file: { path: `${digit}_${speaker}_${take}.wav`, bytes } }); // prettier-ignore
      }
  return spoken;
}
