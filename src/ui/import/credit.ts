/** Whose work an import is, for people: title, size, licence and origin. */
export interface Credit {
  readonly title: string;
  readonly licence: string;
  /** Address of the licence's text. */
  readonly licenceUrl: string;
  readonly attribution: string;
  /** Address of the origin. */
  readonly source: string;
  /** Number and size of the files: `14 files, 5.75 MB`. */
  readonly extent: string;
}
