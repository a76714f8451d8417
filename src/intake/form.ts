import busboy from "busboy";
import { LIMITS } from "./limits.ts";

interface FormFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Form {
  readonly files: readonly FormFile[];
  readonly fields: readonly { readonly name: string; readonly value: string }[];
}

const FORM_LIMITS = {
  parts: LIMITS.formFiles + LIMITS.formFields,
  files: LIMITS.formFiles,
  fields: LIMITS.formFields,
  fieldNameSize: LIMITS.formFieldNameBytes,
  // busboy takes a field of just this length for one that was cut.
  fieldSize: LIMITS.formFieldBytes + 1,
  headerPairs: LIMITS.formPartHeaders,
} as const;

/** The parts of a buffered multipart/form-data body (RFC 7578); undefined when it is broken, cut short or over a limit. */
export function readForm(contentType: string, body: Uint8Array): Promise<Form | undefined> {
  return new Promise((resolve) => {
    const files: FormFile[] = [];
    const fields: { name: string; value: string }[] = [];
    const giveUp = (): void => resolve(undefined);
    const parser = startParser(contentType);
    if (!parser) return giveUp();
    parser.on("file", (name, stream) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => files.push({ name, bytes: Buffer.concat(chunks) }));
      stream.on("error", giveUp);
    });
    parser.on("field", (name, value, { valueTruncated }) => {
      if (valueTruncated) giveUp();
      fields.push({ name, value });
    });
    for (const limit of ["partsLimit", "filesLimit", "fieldsLimit"] as const) parser.on(limit, giveUp);
    parser.on("error", giveUp);
    parser.on("close", () => resolve({ files, fields }));
    parser.end(body);
  });
}

/** busboy throws where the content type has no boundary. */
function startParser(contentType: string): busboy.Busboy | undefined {
  try {
    return busboy({ headers: { "content-type": contentType }, limits: FORM_LIMITS });
  } catch {
    return undefined;
  }
}
