/** A size on the screen, in CSS pixels. */
export interface Box {
  readonly width: number;
  readonly height: number;
}
