/** The tensor of an adapter that says by how much its changes are multiplied: alpha / rank, f32 `[]`. */
export const adapterScale = 'lora_scale';
