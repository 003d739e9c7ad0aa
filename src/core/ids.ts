declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

/** SHA-256 of a chunk's raw bytes, 64 lower-case hex digits. */
export type ChunkId = Id<'chunk'>;
/** Id of a payload: its chunk's id when there is one, else SHA-256 over the chunk ids (`tensorId`). */
export type TensorId = Id<'tensor'>;
/** SHA-256 of a skeleton's canonical encoding. */
export type SkeletonId = Id<'skeleton'>;
/** SHA-256 of a manifest's canonical encoding. */
export type SnapshotId = Id<'snapshot'>;
/** A random id that a model node keeps for life; never reused. */
export type NodeId = Id<'node'>;
/** A random id of one entry of the operation log. */
export type OperationId = Id<'operation'>;
/** A random id of one import batch. */
export type ImportId = Id<'import'>;
/** A random id that a data set keeps for life. */
export type DatasetId = Id<'dataset'>;
/** A random id that a model test keeps for life. */
export type TestId = Id<'test'>;
