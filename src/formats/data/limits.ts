/*
 * What a data set may ask of the readers, checked before anything of that size is allocated.
 */

/** Bytes of all decoded columns together: what a tab holds beside a model that trains. */
export const maxDecodedBytes = 1024 ** 3;

/** Bytes of a text file: its text is one string, which engines end at about 512 Mi characters. */
export const maxTextBytes = 256 * 1024 ** 2;

/** Examples of a data set: rows are numbered by 32-bit integers, and an order of them is held. */
export const maxExamples = 20_000_000;

/** Columns of a table; a row of an image of 100 × 100 pixels in three colours has 30,000. */
export const maxColumns = 100_000;

/** Files of one data set, those in archives included. */
export const maxFiles = 300_000;

/** Pixels of a picture before it is made smaller: about 100 megapixels, 400 MB while decoded. */
export const maxImagePixels = 100_000_000;

/** Bytes of one picture's or sound's file. */
export const maxMediaFileBytes = 256 * 1024 ** 2;

/**
 * Longer side of a picture as it is kept, in pixels. Networks that train in a browser take less; photos
 * as they come from a camera would fill the memory a thousand times.
 */
export const keptImageSide = 512;

/** Bad rows that are told one by one; beyond, they are counted. */
export const listedBadRows = 100;
