// The titles of the tests in a file, found in its source without running it: a path of groups and test, joined with
// " > ", where whatever is only known when it runs (%s, ${...}) is a gap that any text fills.

import ts from "typescript";

/** Whether the source of a test file has the test, or the form of tests, that `name` gives in full. */
export function hasTest(source: string, name: string): boolean {
  return titlesIn(source).some((title) => patternOf(title).test(name));
}

/** A gap in a title. No title holds this character. */
const GAP = "\0";

function patternOf(title: string): RegExp {
  const pieces = title.split(GAP).map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${pieces.join("[^]*")}$`);
}

/** Every test's title and, for the form "all tests of a group", every group's with " > *". */
function titlesIn(source: string): string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node, groups: readonly string[]): void => {
    const call = ts.isCallExpression(node) ? callOf(node) : undefined;
    if (call?.kind === "test") titles.push([...groups, call.title].join(" > "));
    const inner = call?.kind === "describe" ? [...groups, call.title] : groups;
    if (call?.kind === "describe") titles.push([...inner, "*"].join(" > "));
    ts.forEachChild(node, (child) => visit(child, inner));
  };
  visit(ts.createSourceFile("a.ts", source, ts.ScriptTarget.Latest), []);
  return titles;
}

function callOf(node: ts.CallExpression): { kind: "test" | "describe"; title: string } | undefined {
  const title = node.arguments[0] === undefined ? undefined : textOf(node.arguments[0]);
  const kind = rootOf(node.expression);
  return title === undefined || kind === undefined ? undefined : { kind, title };
}

/** `test` of test(...), test.each(...)(...) and test.each<...>(...)(...); a test that is skipped or to do proves nothing. */
function rootOf(expression: ts.Expression): "test" | "describe" | undefined {
  if (ts.isIdentifier(expression)) {
    return expression.text === "test" || expression.text === "describe" ? expression.text : undefined;
  }
  if (ts.isCallExpression(expression)) return rootOf(expression.expression);
  if (ts.isPropertyAccessExpression(expression) && expression.name.text === "each")
    return rootOf(expression.expression);
  return undefined;
}

function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text.replace(/%[sdijo]/g, GAP);
  if (!ts.isTemplateExpression(node)) return undefined;
  const spans = node.templateSpans.map((span) => GAP + span.literal.text);
  return [node.head.text, ...spans].join("").replace(/%[sdijo]/g, GAP);
}
