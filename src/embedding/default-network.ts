import { join } from "node:path";
import type { OnnxOptions } from "./onnx.ts";

/** The package's folder, seen from `src/embedding/*.ts` as from the built `dist/src/embedding/*.js`. */
const PACKAGE = join(import.meta.dirname, import.meta.filename.endsWith(".ts") ? "../.." : "../../..");

/** EfficientNet-Lite0 without its classifier; `models/README.md` says where it comes from. */
export function defaultNetworkOptions(): OnnxOptions {
  return {
    path: join(PACKAGE, "models/efficientnet-lite0.onnx"),
    sha256: "fc8e624cefc0fefdb4b0fb65c8ed2e8ac3a35862981be995a616dc8fbc515443",
    width: 224,
    height: 224,
    layout: "NHWC",
    colour: "RGB",
    // Its input is uint8 and it normalises by itself.
    mean: [0, 0, 0],
    std: [1, 1, 1],
    scale: 1,
    pooling: "none",
    threads: 1,
  };
}
