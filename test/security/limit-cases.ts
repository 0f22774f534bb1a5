// The limits, as cases that any runtime can run: what an endless server sends, and what has to come of it.
//
// In: the package's exports, and the origin of a server that plays these cases by the number in the target. Out: a word
// for each case. It knows nothing of Node, of sockets, or of a test runner.

/** One response without an end. */
export interface LimitCase {
  readonly what: string;
  /** Sent once. */
  readonly start: string;
  /** Sent again and again. */
  readonly endless: string;
  /** Limits of the pool; the defaults where there are none. */
  readonly limits?: Readonly<Record<string, number>>;
  /** The reason of the error that ends it. */
  readonly reason: string;
}

const HEAD = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;
const LONG = "x".repeat(1000);

export const LIMIT_CASES: readonly LimitCase[] = [
  { what: "a value", start: `${HEAD}A: `, endless: LONG, reason: "max-header-size" },
  { what: "a name", start: HEAD, endless: LONG, reason: "max-header-size" },
  { what: "whitespace before a value", start: `${HEAD}A:`, endless: " ".repeat(1000), reason: "max-header-size" },
  { what: "a folded value", start: `${HEAD}A: b`, endless: "\r\n c", reason: "max-header-size" },
  { what: "few large lines", start: HEAD, endless: `A: ${LONG}\r\n`, reason: "max-header-size" },
  { what: "many small lines", start: HEAD, endless: "A: b\r\n", reason: "max-header-lines" },
  {
    what: "many small lines under a raised limit",
    start: HEAD,
    endless: "A: b\r\n",
    limits: { maxHeaderLines: 2000 },
    reason: "max-header-lines",
  },
  {
    what: "a head under the highest limits",
    start: HEAD,
    endless: `A: ${LONG}\r\n`,
    limits: { maxHeaderSize: 262_144, maxHeaderLines: 4096 },
    reason: "max-header-size",
  },
  {
    what: "a head under a low limit",
    start: `${HEAD}A: `,
    endless: "b",
    limits: { maxHeaderSize: 64 },
    reason: "max-header-size",
  },
  { what: "a reason phrase", start: "HTTP/1.1 200 ", endless: LONG, reason: "max-header-size" },
  { what: "interim heads", start: "", endless: "HTTP/1.1 103 X\r\n\r\n", reason: "max-informational" },
  {
    what: "interim heads, however many",
    start: "",
    endless: "HTTP/1.1 103 X\r\n\r\n",
    limits: { maxInformational: 1e9 },
    reason: "max-header-size",
  },
  { what: "lines of one interim head", start: "HTTP/1.1 103 X\r\n", endless: "A: b\r\n", reason: "max-header-lines" },
  { what: "extensions of one chunk", start: `${CHUNKED}1;a=`, endless: LONG, reason: "max-chunk-extension-size" },
  { what: "extensions of many chunks", start: CHUNKED, endless: "1;a=b\r\nx\r\n", reason: "max-chunk-extension-size" },
  {
    what: "whitespace behind a chunk size",
    start: `${CHUNKED}1`,
    endless: " ".repeat(1000),
    reason: "max-chunk-extension-size",
  },
  {
    what: "zeros in front of a chunk size",
    start: CHUNKED,
    endless: "0".repeat(1000),
    reason: "max-chunk-extension-size",
  },
  { what: "a trailer value", start: `${CHUNKED}0\r\nA: `, endless: LONG, reason: "max-trailer-size" },
  { what: "large trailer lines", start: `${CHUNKED}0\r\n`, endless: `A: ${LONG}\r\n`, reason: "max-trailer-size" },
  { what: "small trailer lines", start: `${CHUNKED}0\r\n`, endless: "A: b\r\n", reason: "max-trailer-lines" },
  {
    what: "chunked content",
    start: CHUNKED,
    endless: "5\r\nhello\r\n",
    limits: { maxContentSize: 30_000 },
    reason: "max-content-size",
  },
  {
    what: "content that runs to the close",
    start: `${HEAD}\r\n`,
    endless: LONG,
    limits: { maxContentSize: 30_000 },
    reason: "max-content-size",
  },
];

/** What is needed of a runtime's package. */
interface Package {
  ConnectionPool: new (
    options: object,
  ) => {
    request(method: string, url: string, options: object): Promise<unknown>;
    readonly connections: readonly unknown[];
    close(): Promise<void>;
  };
}

/** The reason of the error that the case brings about; anything else is a sentence about what happened instead. */
export async function outcomeOf(
  { ConnectionPool }: Package,
  url: string,
  limit: LimitCase,
  options = {},
): Promise<string> {
  const pool = new ConnectionPool({ ...options, ...(limit.limits ? { limits: limit.limits } : {}) });
  try {
    await pool.request("GET", url, { extensions: { timeout: { total: 5000 } } });
    return "it was taken for a complete response";
  } catch (error) {
    const { code, reason } = error as { code?: string; reason?: string };
    if (code !== "ERR_REMOTE_PROTOCOL_ERROR") return `it failed with ${code ?? String(error)}`;
    return pool.connections.length === 0 ? String(reason) : "the connection is still there";
  } finally {
    await pool.close();
  }
}
