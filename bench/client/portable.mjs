// The contestants that run on Node, Deno and Bun alike.

/** @type {Readonly<Record<string, () => Promise<import("./measure.mjs").Contestant>>>} */
export const PORTABLE = {
  httpcore: async () => (await import("./httpcore.mjs")).withFeatures,
  "httpcore-stream": async () => (await import("./httpcore-stream.mjs")).stream,
  "httpcore-reader": async () => (await import("./httpcore-stream.mjs")).reader,
  codec: async () => (await import("./codec.mjs")).codec,
  fetch: async () => (await import("./fetch.mjs")).ownFetch,
  bare: async () => (await import("./bare-socket.mjs")).bareSocket,
  empty: async () => async () => {},
};
