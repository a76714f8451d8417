import type { Command } from "./command.ts";
import { configCheck, configDocs } from "./config.ts";
import { referenceBuild } from "./reference-build.ts";
import { referenceHelp } from "./reference-help.ts";
import { referenceInspect } from "./reference-inspect.ts";
import { referenceRecalibrate } from "./reference-recalibrate.ts";
import { referenceVerify } from "./reference-verify.ts";
import { run } from "./run.ts";
import { serve } from "./serve.ts";
import { tap } from "./tap.ts";

const REFERENCE: readonly Command[] = [referenceBuild, referenceInspect, referenceVerify, referenceRecalibrate];

export const COMMANDS: readonly Command[] = [
  run,
  tap,
  serve,
  ...REFERENCE,
  referenceHelp(REFERENCE),
  configCheck,
  configDocs,
];
