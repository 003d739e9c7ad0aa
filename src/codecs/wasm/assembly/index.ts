import { startSpread } from './coder';
import * as layout from './layout';

startSpread();

export { gather, markChanged, scatter } from './blocks';
export { decodeRow, encodeRow } from './coder';
export { addDifferences, commonBits, contextRow, takeDifferences } from './differences';
export { contextsOfBlocks, levelRow, putFields, surveyFields, takeFields } from './fields';
export { reserve } from './layout';

export function chunkAt(): usize {
  return layout.chunkAt;
}
export function baseAt(): usize {
  return layout.baseAt;
}
export function symbolsAt(): usize {
  return layout.symbolsAt;
}
export function contextsAt(): usize {
  return layout.contextsAt;
}
export function bitsAt(): usize {
  return layout.bitsAt;
}
export function wordsAt(): usize {
  return layout.wordsAt;
}
export function wordsEnd(): usize {
  return layout.wordsEnd;
}
