/**
 * Limits for hostile files, each with its reason. A file over one is refused with the numbers;
 * nothing of that size is allocated first.
 */
export const limits = {
  /** Nested messages; protobuf's own libraries stop at 100. An `If` in an `If` takes three. */
  messageDepth: 100,
  /** Nodes of all graphs and functions, also after inlining; large exports have some 10^4. */
  nodes: 1 << 18,
  /** Tensors; each was measured to take 1.1 to 1.7 kB while parsed, so at most 450 MB. */
  tensors: 1 << 18,
  /** Any other repeated message: attributes, inputs of nodes, outputs, opsets, metadata. */
  entries: 1 << 23,
  /** Bytes of one name, type or key. Exporters' longest scope names have a few hundred. */
  nameBytes: 1 << 16,
  /** Bytes of all strings kept, so that names alone cannot fill the memory. */
  textBytes: 1 << 28,
  /** Extents of one shape; the standard names no limit, frameworks stop at 64 (NumPy). */
  rank: 64,
  /** Elements kept of an attribute's list. Longer ones are tensors of their own, not structure. */
  listElements: 64,
  /** Distinct operator types; the standard has about 200, contrib sets as many again. */
  operatorTypes: 2000,
  /** Edges of the layer graph: a residual stream over 1,000 layers has 5 * 10^5. */
  layerEdges: 1 << 20,
  /** Steps of merging dataflow sets; a real model takes under 10^6, and 10^8 take about a second. */
  dataflowSteps: 2e8,
} as const;

/** Lists of numbers in attributes from this length on are carried as tensors (as in tree ensembles). */
export const tensorListElements = 17;
