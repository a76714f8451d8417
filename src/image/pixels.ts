/** A decoded image: 8-bit RGB, rows from the top, three bytes a pixel. The shape of the source is kept beside it. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  /** Size as it was sent, after the EXIF orientation was applied. */
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  /** Bytes of the encoded file; NaN for an image that came as a tensor. */
  readonly sourceBytes: number;
}
