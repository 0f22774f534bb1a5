// One measurement on Node: `node main.mjs SETTINGS`.

import { measure } from "./measure.mjs";
import { PORTABLE } from "./portable.mjs";

await measure({
  ...PORTABLE,
  "httpcore-plain": async () => (await import("./httpcore.mjs")).plain,
  "httpcore-paths": async () => (await import("./httpcore.mjs")).paths,
  encoder: async () => (await import("./encoder.mjs")).encoder,
  undici: async () => (await import("./undici.mjs")).request,
  "undici-signal": async () => (await import("./undici.mjs")).withSignal,
  "undici-dump": async () => (await import("./undici.mjs")).dump,
  "undici-stream": async () => (await import("./undici-stream.mjs")).stream,
  "undici-dispatch": async () => (await import("./undici-dispatch.mjs")).dispatch,
  "undici-fetch": async () => (await import("./undici-fetch.mjs")).undiciFetch,
  "node-http": async () => (await import("./node-http.mjs")).nodeHttp,
  got: async () => (await import("./got.mjs")).gotClient,
  axios: async () => (await import("./axios.mjs")).axiosClient,
  ky: async () => (await import("./ky.mjs")).kyClient,
  "node-fetch": async () => (await import("./node-fetch.mjs")).nodeFetch,
});
