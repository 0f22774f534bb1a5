// http-parser-js: a parser in JavaScript with the interface of Node's own.

import { HTTPParser } from "http-parser-js";
import { nodeLike } from "./node-like.mjs";

export const contender = nodeLike(
  /** @type {import("./node-like.mjs").ParserClass} */ (/** @type {unknown} */ (HTTPParser)),
);
