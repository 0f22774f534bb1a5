// Servers from Debian packages: where their programs are, and what happens to a test that finds none.
//
// In: the name of a program and of its package. Out: its path and version, or a `describe` that says what to install.
// Where CI is set a missing program is a failure, since nobody reads what a run has skipped.

import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, test } from "vitest";

export interface Program {
  readonly name: string;
  readonly debianPackage: string;
}

export const NGINX: Program = { name: "nginx", debianPackage: "nginx" };
export const LIGHTTPD: Program = { name: "lighttpd", debianPackage: "lighttpd lighttpd-mod-openssl" };
export const HAPROXY: Program = { name: "haproxy", debianPackage: "haproxy" };
export const SQUID: Program = { name: "squid", debianPackage: "squid" };
export const TINYPROXY: Program = { name: "tinyproxy", debianPackage: "tinyproxy" };
export const MICROSOCKS: Program = { name: "microsocks", debianPackage: "microsocks" };
export const DANTE: Program = { name: "danted", debianPackage: "dante-server libpam-wrapper" };

/** Debian keeps servers where the PATH of a plain user does not look. */
const MORE_FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/sbin"];

/** The path of a program; null when it is not installed. */
export function findProgram({ name }: Program): string | null {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...MORE_FOLDERS];
  return folders.map((folder) => join(folder, name)).find(canRun) ?? null;
}

/** A `describe` whose tests need these programs. */
export function describeWith(programs: readonly Program[], title: string, body: () => void): void {
  describeUnless(
    programs
      .filter((program) => findProgram(program) === null)
      .map(({ name, debianPackage }) => `no ${name}: install ${debianPackage}`),
    title,
    body,
  );
}

/** A `describe` for a machine on which nothing of what `missing` says is missing. */
export function describeUnless(missing: readonly string[], title: string, body: () => void): void {
  if (missing.length === 0) {
    describe(title, body);
  } else if (process.env.CI) {
    test(title, () => {
      throw new Error(missing.join("; "));
    });
  } else {
    console.warn(`${title}: skipped, ${missing.join("; ")}`);
    describe.skip(title, body);
  }
}

/** Debian's packages belong to /usr/bin/python3, which another Python may stand in front of. */
const PYTHONS = ["/usr/bin/python3", "python3", "python"];

/** A Python that has these modules; null when there is none. */
export function findPython(modules: readonly string[]): string | null {
  const hasAll = (python: string): boolean =>
    spawnSync(python, ["-c", `import ${modules.join(", ")}`], { stdio: "ignore" }).status === 0;
  return PYTHONS.find(hasAll) ?? null;
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
