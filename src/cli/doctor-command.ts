// `httpcore doctor`: a diagnosis, as text or as JSON. The exit code is 0 when all works, else 1.

import process from "node:process";
import { Command } from "commander";
import { diagnose } from "./diagnose.ts";
import { diagnosisText } from "./diagnosis-text.ts";

/** `version` is that of this package. */
export function doctorCommand(version: string): Command {
  return new Command("doctor")
    .description("tell what works on this runtime, and try it")
    .option("--json", "print JSON")
    .action(async (options: { json?: true }) => {
      const diagnosis = await diagnose(version);
      process.stdout.write(options.json ? `${JSON.stringify(diagnosis, null, 2)}\n` : diagnosisText(diagnosis));
      process.exitCode = diagnosis.works ? 0 : 1;
    });
}
