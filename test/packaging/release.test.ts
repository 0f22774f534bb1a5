// The workflow that makes releases: what it must do, what it may do, and whom it trusts. It can only run on GitHub; here its
// text is looked at, and the commands that it runs are run by other tests or by .ci/run.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const read = (name: string): string => readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), "utf8");
const workflow = read(".github/workflows/release.yml");
/** The lines of each job, by its name. */
const jobs = new Map(
  workflow
    .slice(workflow.indexOf("\njobs:\n"))
    .split(/^ {2}(?=\w+:$)/m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf(":")), text]),
);

describe("the release", () => {
  test("is published with provenance", () => {
    expect(jobs.get("publish")).toMatch(/npm publish \S+ --provenance/);
  });

  test.each([
    ["signatures of what is installed", "npm audit signatures"],
    ["all checks", ".ci/run"],
    ["a second build", "npm run --silent reproduce"],
    ["a bill of materials", "npm run --silent sbom"],
  ])("comes after %s", (_what, command) => {
    expect(jobs.get("build")).toContain(command);
    expect(jobs.get("publish")).toContain("needs: build");
  });

  test("each job may do one thing, and nothing is allowed besides", () => {
    expect(workflow).toMatch(/^permissions: \{\}$/m);
    const allowed = [...jobs].map(([name, text]) => [
      name,
      [...text.matchAll(/^ {6}([\w-]+: (?:read|write))\b/gm)].map(([, one]) => one),
    ]);
    expect(Object.fromEntries(allowed)).toEqual({
      build: ["contents: read"],
      publish: ["id-token: write"],
      attach: ["contents: write"],
    });
  });

  test("only GitHub's own actions are used, by hash, or by major version with a word on it", () => {
    const uses = [...workflow.matchAll(/uses: (.*)$/gm)].map(([, action]) => String(action));
    expect(uses.length).toBeGreaterThan(0);
    const wrong = uses.filter((action) => !/^actions\/[\w-]+@(?:[0-9a-f]{40} # v\d|v\d+ # by version: )/.test(action));
    expect(wrong).toEqual([]);
  });

  test("no secret is needed, and what comes from outside is no part of a command", () => {
    expect(workflow).not.toContain("secrets.");
    const commands = workflow.replace(/^ *(?:TAG|GH_TOKEN): .*$/gm, "");
    expect(commands).not.toContain("${{");
  });

  test("its scripts are there", () => {
    const scripts = JSON.parse(read("package.json")).scripts;
    for (const [, name = ""] of workflow.matchAll(/npm run --silent ([\w:]+)/g)) expect(scripts).toHaveProperty(name);
  });
});
