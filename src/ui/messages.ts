import { isLineageError, type FailureCode, type Failures } from '../core/lineageError.ts';
import type { ReportedError } from '../core/views.ts';
import { bytes, count, shortId } from './format.ts';

/** An error in words: what is wrong and where, and what to do about it. */
export interface Message {
  readonly what: string;
  readonly todo: string;
}

type Words = { readonly [Code in FailureCode]: (data: Failures[Code]) => Message };

const kinds = { provenance: 'provenance', version: 'version' } as const;

function users(usedBy: readonly string[]): string {
  if (usedBy.length === 0) return '';
  const more = usedBy.length > 3 ? ` and ${count(usedBy.length - 3)} more` : '';
  return ` It is needed by ${usedBy.slice(0, 3).join(', ')}${more}.`;
}

const place = (at: number) => (at > 0 ? ` at byte ${count(at)}` : '');

const formatName = (format: string) => (format === 'onnx' ? 'ONNX' : format);

/** Groups the digits of long byte counts inside a sentence: `314,572,800 bytes`. */
const grouped = (sentence: string) =>
  sentence.replace(/\b\d{4,}(?= bytes)/g, (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ','));

/** Words for every failure code; the compiler asks for them when a code is added. */
export const failureText: Words = {
  'format-invalid': ({ file, format, at, reason }) => ({
    what: `${file} cannot be read as ${formatName(format)}: ${grouped(reason.replace(/\.$/, ''))} (${place(at).trim() || 'at its start'}).`,
    todo: 'It may be cut short or damaged: download or export it again. Nothing of it was stored.',
  }),
  'format-unknown': ({ file, looksLike }) => ({
    what: `${file} is not a model file but ${looksLike}.`,
    todo: 'MGit reads ONNX, safetensors and PyTorch checkpoint files.',
  }),
  'format-unsupported': ({ file, format, at, what }) => ({
    what: `${file} (${formatName(format)}) has something that MGit does not carry: ${grouped(what)}${place(at)}.`,
    todo: 'Export the model without it, or convert it to safetensors or ONNX.',
  }),
  'pickle-refused': ({ file, at, what }) => ({
    what: `${file} asks to run or build something that is not a tensor or a plain container: ${what}${place(at)}.`,
    todo: 'MGit never runs code from a checkpoint. Save the state dict alone, or as safetensors, and drop that.',
  }),
  'companion-missing': ({ file, needs }) => ({
    what: `${file} keeps its weights in ${needs}, which was not given with it.`,
    todo: 'Drop both files together, or the folder that holds them.',
  }),
  'companion-escapes': ({ file, path }) => ({
    what: `${file} names weights outside its own folder: ${path}.`,
    todo: 'MGit does not follow such paths. Export the model with its weights beside it.',
  }),
  'file-unreadable': ({ file, at, reason }) => ({
    what: `${file} could not be read${place(at)}: ${reason}${reason.endsWith('.') ? '' : '.'}`,
    todo: 'See that it still exists and has not changed, then drop it again.',
  }),
  'chunk-missing': ({ chunk, usedBy }) => ({
    what: `A piece of stored data (${shortId(chunk)}) is missing.${users(usedBy)}`,
    todo: 'Drop the original file again: that puts the missing piece back.',
  }),
  'chunk-corrupt': ({ chunk, usedBy }) => ({
    what: `A piece of stored data (${shortId(chunk)}) no longer matches its checksum.${users(usedBy)}`,
    todo: 'Drop the original file again: that replaces the damaged piece.',
  }),
  'codec-unknown': ({ chunk, codec }) => ({
    what: `A piece of stored data (${shortId(chunk)}) is encoded in a way this version does not know (codec ${codec}).`,
    todo: 'Reload the page to get the newest version of MGit.',
  }),
  'codec-invalid': ({ codec, reason }) => ({
    what: `Stored data could not be decoded (${codec}): ${reason}.`,
    todo: 'Run “Check integrity” to see which models are affected, and drop their files again.',
  }),
  'snapshot-missing': ({ snapshot }) => ({
    what: `The content of this model (${shortId(snapshot)}) is no longer stored.`,
    todo: 'Drop its file again, or remove the model.',
  }),
  'record-corrupt': ({ table, key, reason }) => ({
    what: `A stored record is damaged (${table}, ${shortId(key)}): ${reason}.`,
    todo: 'Run “Check integrity” to see which models are affected, and drop their files again.',
  }),
  'quota-exceeded': ({ neededBytes, availableBytes }) => ({
    what: `There is not enough room: ${bytes(neededBytes)} are needed${
      availableBytes === undefined ? '' : `, ${bytes(availableBytes)} are free`
    }.`,
    todo: 'Remove models and use “Free space”, or free space on the disk. Nothing of this import was kept.',
  }),
  'storage-evicted': ({ expectedModels }) => ({
    what: `The browser has deleted what was stored here (${count(expectedModels)} models).`,
    todo: 'Drop the model files again, and ask the browser to keep this site’s storage.',
  }),
  'storage-unavailable': ({ reason }) => ({
    what: `This browser does not let the page store anything: ${reason}${reason.endsWith('.') ? '' : '.'}`,
    todo: 'Leave private browsing, or allow this site to store data, and reload.',
  }),
  'storage-newer': ({ found, known }) => ({
    what: `The stored lineage was written by a newer version of MGit (schema ${found}; this one knows ${known}).`,
    todo: 'Reload the page without cache to get the newer version. Your data is untouched.',
  }),
  'import-missing': () => ({
    what: 'This import is not waiting any more: it was finished or discarded, perhaps in another tab.',
    todo: 'Drop the files again if models are missing.',
  }),
  'node-missing': ({ node }) => ({
    what: `There is no model ${node} any more.`,
    todo: 'It may have been removed in another tab. Undo brings it back.',
  }),
  'name-taken': ({ name }) => ({
    what: `Another model is already called “${name}”.`,
    todo: 'Choose a name that is not in use.',
  }),
  'name-invalid': ({ name, reason }) => ({
    what: `“${name}” cannot be a name: ${reason}${reason.endsWith('.') ? '' : '.'}`,
    todo: 'Choose another name.',
  }),
  'edge-exists': ({ kind }) => ({
    what: `These two models are already joined by a ${kinds[kind]} edge.`,
    todo: 'Remove or reverse that edge first.',
  }),
  'edge-missing': ({ kind }) => ({
    what: `There is no such ${kinds[kind]} edge any more.`,
    todo: 'It may have been changed in another tab.',
  }),
  'lineage-cycle': ({ path }) => ({
    what: `This would make a model its own ancestor (a cycle of ${count(path.length)} models).`,
    todo: 'Reverse the direction, or remove one of the edges on the way first.',
  }),
  'lineage-invalid': ({ detail }) => ({
    what: `The lineage would not be sound: ${detail}${detail.endsWith('.') ? '' : '.'}`,
    todo: 'Nothing was changed. Change what it names first.',
  }),
  'nothing-to-undo': ({ direction }) => ({
    what: `There is nothing to ${direction}.`,
    todo: '',
  }),
  'operation-conflict': ({ what }) => ({
    what: `The lineage has changed meanwhile: ${what}${what.endsWith('.') ? '' : '.'}`,
    todo: 'Look at the graph as it is now, and try again.',
  }),
  'dataset-invalid': ({ file, line, reason }) => ({
    what: `${file} cannot be used as a data set: ${reason.replace(/\.$/, '')}${line === undefined ? '' : ` (line ${count(line)})`}.`,
    todo: 'Mend the file or leave it out, and add the data set again. Nothing of it was stored.',
  }),
  'dataset-missing': () => ({
    what: 'This data set is not in the lineage any more.',
    todo: 'Add its files again: the same bytes are the same data set.',
  }),
  'data-unfit': ({ reason }) => ({
    what: `The data does not fit the model: ${reason.replace(/\.$/, '')}.`,
    todo: 'Choose another data set or column, or change how it is prepared.',
  }),
  'operator-not-differentiable': ({ operators, trainable }) => ({
    what: `The model has operators that MGit cannot differentiate: ${[...new Set(operators.map(({ op }) => op))].join(', ')}.`,
    todo:
      trainable.length > 0
        ? `${count(trainable.length)} tensors after them can still be trained: choose those layers.`
        : 'Nothing after them can be trained.',
  }),
  'network-unsupported': ({ node, reason }) => ({
    what: `The model cannot be computed here, at ${node}: ${reason.replace(/\.$/, '')}.`,
    todo: 'Export it with other operators or fixed shapes, and import it again.',
  }),
  'training-not-finite': ({ step, where }) => ({
    what: `The training broke down at step ${count(step)}: ${where}.`,
    todo: 'Try a lower learning rate, gradient clipping or another seed. The models are as they were.',
  }),
  'device-lost': ({ reason }) => ({
    what: `The graphics device was lost: ${reason.replace(/\.$/, '')}.`,
    todo: 'Try again, or choose the CPU.',
  }),
  'device-unavailable': ({ device, reason }) => ({
    what: `${device} cannot compute here: ${reason.replace(/\.$/, '')}.`,
    todo: 'Choose another device, or let MGit choose.',
  }),
  'out-of-memory': ({ neededBytes, reason }) => ({
    what: `There is not enough memory: about ${bytes(neededBytes)} are needed (${reason.replace(/\.$/, '')}).`,
    todo: 'Use a smaller batch, train fewer layers, or close other tabs.',
  }),
  'compute-failed': ({ reason }) => ({
    what: `The computation failed: ${reason.replace(/\.$/, '')}.`,
    todo: 'Try again on another device. The models are as they were.',
  }),
  'function-missing': ({ function: id }) => ({
    what: `There is no creation function “${id}” in this version.`,
    todo: 'A newer version of MGit may have made this model: reload the page to update.',
  }),
  'recipe-invalid': ({ field, reason }) => ({
    what: `${field}: ${reason.replace(/\.$/, '')}.`,
    todo: 'Change it and try again.',
  }),
  'recipe-missing': ({ node }) => ({
    what: `${node} was not made here, so there is no recipe to run again.`,
    todo: 'Only models that MGit made can be replayed.',
  }),
  'job-missing': () => ({
    what: 'This run is not there any more.',
    todo: 'It was finished or discarded, perhaps in another tab.',
  }),
  'test-missing': () => ({
    what: 'This test is not there any more.',
    todo: 'It was removed, perhaps in another tab; Undo brings it back.',
  }),
  'test-invalid': ({ field, reason }) => ({
    what: `${field}: ${reason.replace(/\.$/, '')}.`,
    todo: 'Change it and try again.',
  }),
  'script-failed': ({ reason, line }) => ({
    what: `The script stopped${line === undefined ? '' : ` at line ${line}`}: ${reason}.`,
    todo: 'Edit the test’s script.',
  }),
  'search-unfit': ({ reason }) => ({
    what: `There is nothing to search: ${reason}.`,
    todo: 'Choose another model or another test.',
  }),
  'cascade-unfit': ({ reason }) => ({
    what: `This cascade cannot be run: ${reason}.`,
    todo: 'Choose other models, or change what becomes of those named.',
  }),
  'cascade-missing': () => ({
    what: 'This cascade is not there any more.',
    todo: 'It was finished or discarded, perhaps in another tab.',
  }),
  'merge-refused': ({ reasons }) => ({
    what: `These models cannot be merged: ${reasons.join('; ')}.`,
    todo: 'Task arithmetic or an average may still combine them: see “New model from…”.',
  }),
  'merge-conflict': ({ layers, because }) => {
    const some = (list: readonly string[]) =>
      `${list.slice(0, 3).join(', ')}${list.length > 3 ? ` and ${count(list.length - 3)} more` : ''}`;
    if (because !== undefined)
      return {
        what: `The merge was not stored: ${some(because)}.`,
        todo: `Choose otherwise for ${some(layers)}, or merge all the same.`,
      };
    return {
      what: `Layers that wait for a choice: ${some(layers)}.`,
      todo: 'Choose a side or a method for each of them.',
    };
  },
  'lossy-refused': ({ node, reason, todo }) => ({
    what: `${node}: ${reason}.`,
    todo: `${todo}.`,
  }),
  'branch-missing': ({ branch }) => ({
    what: `There is no branch “${branch}”.`,
    todo: 'It was renamed or removed, perhaps in another tab.',
  }),
  'lineage-file-invalid': ({ file, reason }) => ({
    what: `${file} is not a lineage that can be read: ${reason}.`,
    todo: 'Export it again where it came from. Nothing was changed here.',
  }),
};

const unexpected = (message: string): Message => ({
  what: `Something unexpected went wrong${message === '' ? '' : `: ${message}`}`,
  todo: 'Try again; if it stays, reload the page. What was stored is safe.',
});

function worded<Code extends FailureCode>(code: Code, data: Failures[Code]): Message {
  return failureText[code](data);
}

/** Words for anything thrown; a bug of our own is shown as unexpected. */
export function messageOf(error: unknown): Message {
  if (isLineageError(error)) return worded(error.code, error.data);
  return unexpected(error instanceof Error ? error.message : String(error));
}

/**
 * Words for an error that crossed the wire inside a report.
 *
 * @param file - where the words stand under this name already: they then say "This file" for it.
 */
export function messageOfReported(error: ReportedError, file?: string): Message {
  if (error.code === 'unexpected') return unexpected(error.message);
  const data = error.data as { readonly file?: string };
  const named = data.file !== undefined && file !== undefined && isPathEnd(file, data.file);
  return worded(error.code, (named ? { ...data, file: 'This file' } : data) as never);
}

function isPathEnd(path: string, name: string): boolean {
  return path === name || path.endsWith(`/${name}`) || name.endsWith(`/${path}`);
}

/** Whether `error` only says that a person cancelled. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
