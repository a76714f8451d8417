/**
 * Bounds of everything that is read out of a body, whatever its size in bytes allows. docs/limits.md says what each is for and how
 * an excess shows; a test compares the two.
 */
export const LIMITS = {
  /** Nesting of arrays and objects in a body of the API. */
  apiJsonDepth: 8,
  /** The same in captured traffic: a server's own names may stand around the pixels of a tensor. */
  jsonDepth: 16,
  /** Arrays, objects and their members: each costs up to 100 bytes of memory for two in the text. */
  jsonContainers: 1_048_576,
  /** Numbers, texts and other entries of all arrays. */
  jsonValues: 8_388_608,
  images: 1024,
  /** Texts of all tensors of a message: 100 images with the names of 1,000 classes. */
  tensorElements: 131_072,
  tensors: 64,
  formFiles: 1024,
  formFields: 64,
  formFieldBytes: 16_777_216,
  formFieldNameBytes: 256,
  formPartHeaders: 64,
  idLength: 128,
  idsPerImage: 4,
  /** Names of classes, models and versions. */
  nameLength: 256,
  embeddingLength: 65_536,
  eventAttributes: 128,
  /** All attributes of an event together. */
  eventAttributeBytes: 16_384,
  /** How far a sender's clock may be ahead of ours. */
  aheadSeconds: 86_400,
  /** Growth by decompression, past the first MiB. */
  decompressionRatio: 100,
  decompressionFreeBytes: 1_048_576,
} as const;
