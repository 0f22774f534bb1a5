// llhttp as it is compiled into Node, from the binding that node:http uses; the binding has to be asked for by the flag
// --expose-internals.

import { createRequire } from "node:module";
import { nodeLike } from "./node-like.mjs";

/**
 * @type {{ internalBinding(name: "http_parser"): { HTTPParser: import("./node-like.mjs").ParserClass } }}
 */
const { internalBinding } = createRequire(import.meta.url)("internal/test/binding");

export const contender = nodeLike(internalBinding("http_parser").HTTPParser);
