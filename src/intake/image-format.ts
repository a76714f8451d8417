const ascii = (bytes: Uint8Array, from: number, text: string): boolean => {
  for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text.charCodeAt(i)) return false;
  return true;
};

/** Brands of ISO base media files that hold a still image. */
const IMAGE_BRANDS = ["avif", "avis", "mif1", "heic"];

/** Whether the first bytes are those of JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF/HEIF. Content types are too often wrong. */
export function isImageFile(bytes: Uint8Array): boolean {
  if (bytes.length < 12) return false;
  return (
    (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) ||
    (bytes[0] === 0x89 && ascii(bytes, 1, "PNG\r\n")) ||
    (ascii(bytes, 0, "RIFF") && ascii(bytes, 8, "WEBP")) ||
    ascii(bytes, 0, "GIF8") ||
    isBitmap(bytes) ||
    ascii(bytes, 0, "II*\0") ||
    ascii(bytes, 0, "MM\0*") ||
    (ascii(bytes, 4, "ftyp") && IMAGE_BRANDS.some((brand) => ascii(bytes, 8, brand)))
  );
}

/** "BM" alone begins too many texts: the four reserved bytes of a bitmap's head are zero. */
function isBitmap(bytes: Uint8Array): boolean {
  return ascii(bytes, 0, "BM") && ascii(bytes, 6, "\0\0\0\0");
}

/** A pickled Python object (protocols 2 to 5). It can run code when it is opened, so it never is. */
export function isPickle(bytes: Uint8Array): boolean {
  const version = bytes[1] ?? 0;
  return bytes[0] === 0x80 && version >= 2 && version <= 5 && bytes.at(-1) === 0x2e;
}
