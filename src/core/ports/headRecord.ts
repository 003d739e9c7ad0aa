/** What a second place remembers of the database, so that its loss does not look like a first visit. */
export interface Head {
  /** A random id that a database gets when it is made, and again when everything is forgotten. */
  readonly store: string;
  /** Models after the last commit. */
  readonly models: number;
}

/** One tiny record outside the database. A platform without a place for it gives undefined. */
export interface HeadRecord {
  get(): Promise<Head | undefined>;
  set(head: Head): Promise<void>;
}
