export const generatedFile: string;
export function generatedText(): Promise<string>;
