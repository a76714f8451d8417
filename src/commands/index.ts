import type { Command } from "./command.ts";
import { configCheck, configDocs } from "./config.ts";
import { referenceBuild } from "./reference-build.ts";
import { referenceInspect } from "./reference-inspect.ts";
import { referenceVerify } from "./reference-verify.ts";
import { run } from "./run.ts";
import { serve } from "./serve.ts";
import { tap } from "./tap.ts";

export const COMMANDS: readonly Command[] = [
  run,
  tap,
  serve,
  referenceBuild,
  referenceInspect,
  referenceVerify,
  configCheck,
  configDocs,
];
