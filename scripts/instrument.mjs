// Counts which statements and branches of assembly/ run: AssemblyScript has no coverage of its own.
//
// In: the source files of assembly/. Out: the same with a call `cover(n)` in front of every statement and in every branch
// (both ways of an `if`, of `?:`, and the right side of `&&` and `||`; every `case` is made of statements), and what
// each n stands for. The files are TypeScript by their syntax, so TypeScript's parser finds the places.

import ts from "typescript";

/** The file that holds the counters; it exists during the compilation only. */
export const COUNTERS_FILE = "coverage-points.ts";

/** Known to the compiler, which leaves the other half out of the module: there is nothing to count in it. */
const BUILD_CONDITION = "ASC_FEATURE_SIMD";

/** @typedef {{ file: string, line: number, kind: "statement" | "branch" }} Point */

/**
 * @param {ReadonlyMap<string, string>} sources texts by file name
 * @returns {{ sources: Map<string, string>, points: Point[] }}
 */
export function instrument(sources) {
  /** @type {Point[]} */
  const points = [];
  const instrumented = new Map();
  for (const [file, text] of sources) instrumented.set(file, instrumentFile(file, text, points));
  const index = instrumented.get("index.ts");
  instrumented.set("index.ts", `${index}\nexport { COUNTERS } from "./coverage-points";\n`);
  instrumented.set(
    COUNTERS_FILE,
    `export const COUNTERS: i32 = <i32>memory.data(${points.length + 16}, 16);
     export function cover(point: i32): i32 { store<u8>(COUNTERS + point, 1); return point; }`,
  );
  return { sources: instrumented, points };
}

/** @param {string} file @param {string} text @param {Point[]} points */
function instrumentFile(file, text, points) {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  // The visit goes from the outside in: what opens at one place is in that order, what closes there in the reverse.
  /** @type {Map<number, string>} */
  const opening = new Map();
  /** @type {Map<number, string>} */
  const closing = new Map();
  const open = (/** @type {number} */ at, /** @type {string} */ added) =>
    opening.set(at, (opening.get(at) ?? "") + added);
  const close = (/** @type {number} */ at, /** @type {string} */ added) =>
    closing.set(at, added + (closing.get(at) ?? ""));
  const point = (/** @type {ts.Node} */ node, /** @type {Point["kind"]} */ kind) => {
    const { line } = tree.getLineAndCharacterOfPosition(node.getStart());
    return points.push({ file, line: line + 1, kind }) - 1;
  };
  /** @param {ts.Statement} body @param {Point["kind"]} kind a body that may be a single statement without a block */
  const wrap = (body, kind) => {
    if (ts.isBlock(body)) open(body.getStart() + 1, ` cover(${point(body, kind)});`);
    else {
      open(body.getStart(), `{ cover(${point(body, kind)}); `);
      close(body.end, " }");
    }
  };
  /** @param {ts.Expression} expression */
  const count = (expression) => {
    open(expression.getStart(), `(cover(${point(expression, "branch")}), `);
    close(expression.end, ")");
  };
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isIfStatement(node) && node.expression.getText() === BUILD_CONDITION) {
      visit(node.thenStatement);
      return;
    }
    const isListed = ts.isStatement(node) && !ts.isBlock(node) && isList(node.parent);
    if (isListed) open(node.getStart(), `cover(${point(node, "statement")}); `);
    if (ts.isIfStatement(node)) {
      if (!node.elseStatement) close(node.end, ` else { cover(${point(node, "branch")}); }`);
      wrap(node.thenStatement, "branch");
      if (node.elseStatement) wrap(node.elseStatement, "branch");
    } else if (ts.isConditionalExpression(node)) {
      count(node.whenTrue);
      count(node.whenFalse);
    } else if (ts.isBinaryExpression(node) && isShortCircuit(node.operatorToken.kind)) {
      count(node.right);
    } else if (ts.isIterationStatement(node, false) && !ts.isBlock(node.statement)) {
      wrap(node.statement, "statement");
    }
    ts.forEachChild(node, visit);
  };
  for (const statement of tree.statements) if (ts.isFunctionDeclaration(statement)) visit(statement);
  if (opening.size === 0) return text;
  let out = 'import { cover } from "./coverage-points";\n';
  for (let at = 0; at <= text.length; at++) out += (closing.get(at) ?? "") + (opening.get(at) ?? "") + (text[at] ?? "");
  return out;
}

/** @param {ts.SyntaxKind} kind */
function isShortCircuit(kind) {
  return kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken;
}

/** @param {ts.Node} parent */
function isList(parent) {
  return ts.isBlock(parent) || ts.isCaseOrDefaultClause(parent);
}
