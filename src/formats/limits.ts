/*
 * What a file may ask of the readers. Each limit is checked before anything of that size is
 * allocated, and is far above what real models need.
 */

/** Tensors of one model. The largest public checkpoints, mixtures of experts, have under 100,000. */
export const maxTensors = 250_000;

/** Bytes of a safetensors header. Source: the reference implementation's `MAX_HEADER_SIZE`. */
export const maxHeaderBytes = 100_000_000;

/** Characters of a tensor's name. */
export const maxNameLength = 1024;

/** Dimensions of a tensor. NumPy stops at 64, PyTorch's serialised tensors likewise. */
export const maxRank = 64;

/** Bytes of a pickle, without the storages, which are never in it. */
export const maxPickleBytes = 256 * 1024 * 1024;

/** Values that one pickle may make: a state dict of 10^5 tensors makes about four million. */
export const maxPickleValues = 8_000_000;

/** Bytes that a tensor may have beyond its storage, by strides of 0: what is claimed must be writable. */
export const maxExpandedBytes = 4 * 1024 ** 3;

/** How deep containers of a checkpoint may nest. */
export const maxDepth = 128;

/** Entries of a zip archive. */
export const maxZipEntries = 300_000;

/** Bytes of a zip archive's central directory. */
export const maxDirectoryBytes = 128 * 1024 * 1024;

/** Bytes of an entry that is inflated in memory; archives of checkpoints store them uncompressed. */
export const maxInflatedBytes = 256 * 1024 * 1024;

/** Bytes of the part of a payload that is held to gather a strided view. */
export const maxGatherBytes = 512 * 1024 * 1024;

/** Bytes of a lineage file's `lineage.json`: 20,000 models with recipes and evidence have about 60 MB. */
export const maxLineageBytes = 96 * 1024 * 1024;
