// Is it HAR 1.2? Written from the specification (http://www.softwareishard.com/blog/har-12-spec/), which gives each object its
// fields, some optional; what is not in there must begin with an underscore.

type Check = (value: unknown, path: string) => void;

function reject(path: string, what: string, value: unknown): never {
  throw new Error(`${path} is no ${what}: ${JSON.stringify(value)}`);
}

const text: Check = (value, path) => typeof value === "string" || reject(path, "string", value);
const date: Check = (value, path) => {
  const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|[+-]\d\d:\d\d)$/;
  if (typeof value !== "string" || !iso.test(value) || Number.isNaN(Date.parse(value))) reject(path, "date", value);
};
const time: Check = (value, path) => (Number.isFinite(value) && Number(value) >= 0) || reject(path, "time", value);
/** -1 when it did not happen. */
const phase: Check = (value, path) => value === -1 || time(value, path);
const count: Check = (value, path) => (Number.isInteger(value) && Number(value) >= 0) || reject(path, "count", value);
/** -1 when it is not known. */
const size: Check = (value, path) => value === -1 || count(value, path);

function list(item: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) reject(path, "list", value);
    for (const [index, each] of value.entries()) item(each, `${path}[${index}]`);
  };
}

function object(required: Record<string, Check>, optional: Record<string, Check> = {}): Check {
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) reject(path, "object", value);
    for (const name of Object.keys(required))
      if (!Object.hasOwn(value, name)) reject(path, `object with ${name}`, value);
    for (const [name, each] of Object.entries(value)) {
      if (name.startsWith("_")) continue;
      const check = required[name] ?? optional[name] ?? ((): never => reject(path, `place for ${name}`, value));
      check(each, `${path}.${name}`);
    }
  };
}

const comment = { comment: text };
const pairs = list(object({ name: text, value: text }, comment));
const cookies = list(object({ name: text, value: text }, { path: text, domain: text, expires: date, ...comment }));
const message = { httpVersion: text, cookies, headers: pairs, headersSize: size, bodySize: size };

const request = object(
  { method: text, url: text, queryString: pairs, ...message },
  { postData: object({}), ...comment },
);
const content = object({ size: count, mimeType: text }, { compression: count, text, encoding: text, ...comment });
const response = object({ status: count, statusText: text, content, redirectURL: text, ...message }, comment);
const timings = object(
  { send: time, wait: time, receive: time },
  { blocked: phase, dns: phase, connect: phase, ssl: phase, ...comment },
);
const entry = object(
  { startedDateTime: date, time, request, response, cache: object({}), timings },
  { pageref: text, serverIPAddress: text, connection: text, ...comment },
);
const creator = object({ name: text, version: text }, comment);
const log = object(
  { version: text, creator, entries: list(entry) },
  { browser: creator, pages: list(object({})), ...comment },
);

interface Entry {
  startedDateTime: string;
  time: number;
  timings: Record<"blocked" | "dns" | "connect" | "ssl" | "send" | "wait" | "receive", number>;
}

/** @throws Error that says where `value`, as it is in a file, is no HAR */
export function checkHAR(value: unknown): void {
  const file = JSON.parse(JSON.stringify(value)) as { log: { version: string; entries: Entry[] } };
  object({ log })(file, "har");
  if (file.log.version !== "1.2") reject("har.log.version", "version that this knows", file.log.version);
  let latest = 0;
  for (const [index, { time, timings, startedDateTime }] of file.log.entries.entries()) {
    const { blocked, dns, connect, ssl, send, wait, receive } = timings;
    const sum = [blocked, dns, connect, send, wait, receive].reduce((sum, each) => sum + Math.max(0, each), 0);
    const path = `har.log.entries[${index}]`;
    if (Math.abs(sum - time) > 0.01) reject(`${path}.time`, "sum of the timings", time);
    if (ssl > connect) reject(`${path}.timings.ssl`, "part of connect", ssl);
    if (Date.parse(startedDateTime) < latest) reject(path, "entry in its order", startedDateTime);
    latest = Date.parse(startedDateTime);
  }
}
