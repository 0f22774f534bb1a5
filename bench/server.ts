// The server of a case, in a process of its own, seen from the process that started it.

import { fileURLToPath } from "node:url";
import { Child, PATIENCE } from "./processes.ts";

const PROGRAM = fileURLToPath(new URL("server.mjs", import.meta.url));

export interface ServerSettings {
  /** A name of responses.mjs. */
  readonly response: string;
  readonly content?: { readonly framing: "content-length" | "chunked"; readonly size: number } | undefined;
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
}

interface Usage {
  readonly cpuMicroseconds: number;
  readonly atMilliseconds: number;
}

export class Server {
  readonly port: number;
  readonly #child: Child;

  private constructor(child: Child, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(settings: ServerSettings): Promise<Server> {
    const child = new Child("the server", [process.execPath, PROGRAM, JSON.stringify(settings)]);
    const { port } = await child.message<{ port: number }>("listening", PATIENCE);
    return new Server(child, port);
  }

  /** Its CPU time over time, 1 for one core, from now until the function that this resolves with is called. */
  async watch(): Promise<() => Promise<number>> {
    const before = await this.#usage();
    return async () => {
      const after = await this.#usage();
      const milliseconds = after.atMilliseconds - before.atMilliseconds;
      return (after.cpuMicroseconds - before.cpuMicroseconds) / 1000 / milliseconds;
    };
  }

  async stop(): Promise<void> {
    await this.#child.stop();
  }

  async #usage(): Promise<Usage> {
    const answer = this.#child.message<Usage>("usage", PATIENCE);
    this.#child.send("usage");
    return answer;
  }
}
