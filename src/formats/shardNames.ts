/** A file name of the form `model-00001-of-00003.safetensors`. */
export interface ShardName {
  /** What all shards of the model have in common, folder included: `run/model`. */
  readonly stem: string;
  /** From 1. */
  readonly number: number;
  readonly count: number;
  readonly extension: string;
  /** The name of another shard of the model. */
  sibling(number: number): string;
}

/** The parts of a shard's path; undefined for a path that is not named like one. */
export function shardName(path: string): ShardName | undefined {
  const parts = /^(.*)-(\d{5})-of-(\d{5})\.(safetensors|bin|pt|pth)$/.exec(path);
  if (parts === null) return undefined;
  const [, stem = '', number = '', count = '', extension = ''] = parts;
  if (Number(number) < 1 || Number(number) > Number(count)) return undefined;
  return {
    stem,
    number: Number(number),
    count: Number(count),
    extension,
    sibling: (other) => `${stem}-${String(other).padStart(5, '0')}-of-${count}.${extension}`,
  };
}

/** Folder of a path with its slash; empty for a bare name. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** Last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** File name without its extension, for a model: `model` for `run/model.safetensors.index.json`. */
export function modelName(path: string): string {
  const base = baseName(path).replace(/\.(safetensors|bin|pt|pth)\.index\.json$/i, '');
  const stem = base.replace(/\.[A-Za-z][A-Za-z0-9]{0,11}$/, '');
  return stem === '' ? base : stem;
}
