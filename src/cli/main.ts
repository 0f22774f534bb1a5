// The program `httpcore`: its subcommands, and what is the same for all of them. Each has a file of its own, which says what
// it takes, does and prints; a new one is a new line below. This layer knows the package as any program does, by its public
// entries alone.

import version from "virtual:version";
import { Command } from "commander";
import { doctorCommand } from "./doctor-command.ts";

const program = new Command("httpcore")
  .description("An HTTP/1.1 client.")
  .version(version)
  .showHelpAfterError("(httpcore --help tells what there is)")
  // Help has no colours, and commander is not to ask the environment about them: Deno may refuse to tell.
  .configureOutput({ getOutHasColors: () => false, getErrHasColors: () => false });

for (const command of [doctorCommand(version)]) program.addCommand(command.copyInheritedSettings(program));

await program.parseAsync();
