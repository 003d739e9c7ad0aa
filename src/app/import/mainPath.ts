import type { ModelCandidate } from '../../core/ports/modelFormats.ts';

/** Path of the file that a person would open; how reports and errors name the model. */
export function mainPath(candidate: ModelCandidate): string {
  return candidate.files[0]?.path ?? candidate.name;
}
