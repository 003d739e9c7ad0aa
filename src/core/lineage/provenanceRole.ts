/** What a provenance parent was to the child. */
export type ProvenanceRole =
  | 'base' | 'teacher' | 'merged' | 'federated-client' | 'mtl-sibling' | 'exported-from' | 'adapter'; // prettier-ignore
