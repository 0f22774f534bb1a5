// The starter of the servers: what it leaves behind, and what it says when a server does not start.

import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { eventually, rejection } from "../support/outcomes.ts";
import { type Daemon, startDaemon } from "./daemon.ts";
import { startNginx } from "./nginx.ts";
import { describeWith, findProgram, NGINX, type Program } from "./program.ts";

/** Every Linux has it. */
const SHELL: Program = { name: "sh", debianPackage: "dash" };

test("a program that is missing is one that is not found", () => {
  expect(findProgram({ name: "no-such-program", debianPackage: "none" })).toBeNull();
  expect(findProgram(SHELL)).toMatch(/^\/.*\/sh$/);
});

describeWith([SHELL], "a program that does not serve", () => {
  test("is an error with what it printed, and its folder is gone", async () => {
    let folder = "";
    const started = startDaemon(SHELL, 1, (place) => {
      folder = place.folder;
      return { options: ["-c", "cat told; echo no more >&2; exit 3"], files: { told: "something\n" } };
    });
    const error = (await rejection(started)) as Error;
    expect(error.message).toMatch(/^sh does not listen on port \d+/);
    expect(error.message).toContain("something");
    expect(error.message).toContain("no more");
    expect(existsSync(folder)).toBe(false);
  });
});

describeWith([NGINX], "a server that ends", () => {
  test("takes its children and its folder with it", async () => {
    const { daemon } = await startNginx();
    const children = childrenOf(daemon);
    expect(children.length).toBeGreaterThan(0);
    await daemon.close();
    await eventually(() => children.every((pid) => !isRunning(pid)), "no child is left");
    expect(existsSync(daemon.folder)).toBe(false);
  });
});

function childrenOf({ pid }: Daemon): string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
}

/** Neither gone nor waiting for its parent to notice its end. */
function isRunning(pid: string): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
