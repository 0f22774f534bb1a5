// npm run licences: writes docs/licences.md, which has the licence of every package that development installs, as
// package-lock.json tells it. With --check nothing is written: the exit code is 1 when the page is not up to date. It is 1
// in either case when a licence asks for more than permissive ones do, and nothing below says why that is all right.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CLI_LIBRARIES } from "./cli-plugin.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGE = "docs/licences.md";

/** Licences that ask for no more than that their text be kept, by their SPDX names. */
const PERMISSIVE = new Set(
  "0BSD,Apache-2.0,BlueOak-1.0.0,BSD-2-Clause,BSD-3-Clause,CC0-1.0,ISC,MIT,Unlicense".split(","),
);

/** Packages under other licences: none of them is shipped, nor is anything made of their code. */
const EXCEPTIONS = {
  "caniuse-lite": "a table of what browsers can do, which webpack and the mutation tester read",
  lightningcss: "vite's tool for style sheets, of which there are none here",
  "rollup-plugin-dts": "puts the declarations of types together; what it makes of them is the project's own text",
};

/**
 * @typedef {object} LockedPackage
 * @property {string} version
 * @property {string} [license]
 * @property {Record<string, string>} [devDependencies]
 * @property {Record<string, string>} [optionalDependencies]
 */

/** @type {Record<string, LockedPackage>} */
const locked = JSON.parse(readFileSync(`${ROOT}package-lock.json`, "utf8")).packages;
const { "": project, ...installed } = locked;
/** @type {{ name: string, version: string, licence: string | undefined }[]} */
const packages = Object.entries(installed).map(([path, { version, license }]) => {
  const name = path.replace(/^.*node_modules\//, "");
  return { name, version, licence: license ?? licenceOfParent(name) };
});

// The lock has no licence for builds that were made for other systems: it is that of what they are built of.
/** @param {string} name */
function licenceOfParent(name) {
  return Object.values(installed).find(({ optionalDependencies }) => optionalDependencies?.[name])?.license;
}

/** @param {string | undefined} licence an SPDX expression */
const isPermissive = (licence) =>
  (licence ?? "")
    .replace(/[()]/g, "")
    .split(" OR ")
    .some((name) => PERMISSIVE.has(name));
const exceptionFor = (name) => Object.keys(EXCEPTIONS).find((base) => name === base || name.startsWith(`${base}-`));

const others = packages.filter(({ licence }) => !isPermissive(licence));
const faults = [
  ...others
    .filter(({ name }) => exceptionFor(name) === undefined)
    .map(({ name, licence }) => `${name} has the licence ${licence}, which is not known to be permissive`),
  ...Object.keys(EXCEPTIONS)
    .filter((base) => !others.some(({ name }) => name === base))
    .map((base) => `${base} needs no exception any more`),
  ...CLI_LIBRARIES.filter((name) => !isPermissive(installed[`node_modules/${name}`]?.license)).map(
    (name) => `${name} is shipped, and its licence is not known to be permissive`,
  ),
];

const page = pageOf();
if (!process.argv.includes("--check")) writeFileSync(`${ROOT}${PAGE}`, page);
else if (readFileSync(`${ROOT}${PAGE}`, "utf8") !== page) faults.push(`${PAGE} is not up to date: npm run licences`);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;

function pageOf() {
  const direct = Object.keys(project.devDependencies ?? {}).map((name) => {
    const { version, license } = installed[`node_modules/${name}`];
    return [name, version, license];
  });
  const shipped = CLI_LIBRARIES.map((name) => `${name} (${installed[`node_modules/${name}`].license})`);
  const licences = [...new Set(packages.map(({ licence }) => String(licence)))];
  const counts = licences.map((one) => [one, packages.filter(({ licence }) => licence === one).length]);
  const exceptions = Object.entries(EXCEPTIONS).map(([base, purpose]) => {
    const own = others.filter(({ name }) => exceptionFor(name) === base);
    return [own.length > 1 ? `${base}, and ${own.length - 1} builds of it` : base, own[0]?.licence, purpose];
  });
  return `# Licences

The package is under the [MIT licence](../LICENSE) and needs no other package. Its command line, \`dist/cli.js\`, contains
${shipped.join(" and ")}, whose licences are in \`dist/LICENSES.txt\`. All others are for development only.

\`npm run licences\` writes this page from package-lock.json; a test sees that it is up to date.

## What development asks for by name

${table(["package", "version", "licence"], direct)}

## All ${packages.length} packages that come with it

${table(
  ["licence", "packages"],
  counts.sort(([, one], [, other]) => other - one),
)}

Those under a licence that asks for more than that its text be kept; nothing of them is shipped:

${table(["package", "licence", "what it is for"], exceptions)}
`;
}

/** @param {readonly string[]} head @param {readonly (readonly unknown[])[]} rows */
function table(head, rows) {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
