// The contestants in workerd: the body of each event is SETTINGS as JSON, and the event performs `requests` requests, one
// after the other. Timed from outside, as a worker's own clock stands still while it works.

import { ownFetch } from "./fetch.mjs";
import { withFeatures } from "./httpcore.mjs";
import { reader, stream } from "./httpcore-stream.mjs";
import { Run } from "./run.mjs";

/** @type {Readonly<Record<string, import("./measure.mjs").Contestant>>} */
const CONTESTANTS = { httpcore: withFeatures, "httpcore-stream": stream, "httpcore-reader": reader, fetch: ownFetch };

export default {
  /** @param {Request} event */
  async fetch(event) {
    /** @type {import("./run.mjs").Settings} */
    const settings = await event.json();
    const compete = CONTESTANTS[settings.contestant];
    if (!compete) return new Response("no such contestant", { status: 404 });
    await compete(new Run(settings));
    return new Response("done");
  },
};
