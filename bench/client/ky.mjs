// ky on the runtime's own fetch, without retries; its timeout of 10 s is on, as it is by default.

import ky from "ky";
import { fetchWith } from "./fetch.mjs";

/** @param {import("./run.mjs").Run} run */
export async function kyClient(run) {
  const client = ky.create({ retry: 0 });
  await fetchWith(run, (url, init) => client(url, init));
}
