/** Flags that make headless Chromium quiet, offline and able to do WebGPU in software. */
export declare const browserFlags: string[];
/** The Chromium to test with, or undefined. */
export declare function findBrowser(): Promise<string | undefined>;
/** Finds a Chromium, installing one when there is none. */
export declare function needBrowser(): Promise<string>;
