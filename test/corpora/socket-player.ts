// Plays a case over a real socket, through the public API. In: a case, a form, the server. Out: its outcome.
//
// What comes whole is asked for with `request`, what comes octet by octet with `stream`, so that both ways to content
// see every case; what switches the protocol is always asked for with `stream`. Where the server leaves the connection
// open, a second request tells whether it is used again: the server sees on which connection it comes.

import { ConnectionPool, type RequestOptions, type Response } from "httpcore";
import { joined, octets, present } from "../octets.ts";
import { turn } from "../support/outcomes.ts";
import { type CaseServer, PLAY_HEADER, type Play, SECOND_STATUS } from "./case-server.ts";
import { textOfBase64 } from "./corpus-files.ts";
import { type Form, type Interim, type Outcome, piecesOf, type ResponseCase, requestOf } from "./response-case.ts";

/** Milliseconds; nothing takes this long but what would take for ever. */
const PATIENCE = 5000;
/** The same for cases of which nothing may come. */
const SHORT_PATIENCE = 100;
const PENDING = { type: "pending" } as const;

export async function playSocket(one: ResponseCase, form: Form, server: CaseServer): Promise<Outcome> {
  const play = server.play(piecesOf(one, form.cut), form);
  const pool = new ConnectionPool({ networkBackend: play });
  const mayWait = [one, ...(one.alternatives ?? [])].some(({ expect }) => "incomplete" in expect);
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<Outcome>((resolve) => {
    timer = setTimeout(resolve, mayWait ? SHORT_PATIENCE : PATIENCE, PENDING);
  });
  try {
    return await Promise.race([outcomeOf(one, form, server, play, pool), patience]);
  } finally {
    clearTimeout(timer);
    await pool.close();
  }
}

async function outcomeOf(
  one: ResponseCase,
  form: Form,
  server: CaseServer,
  play: Play,
  pool: ConnectionPool,
): Promise<Outcome> {
  const { method, target, headers, content } = requestOf(one);
  const interim: Interim[] = [];
  let isComplete = false;
  let isCompleteWhileOpen: boolean | null = null;
  play.beforeClose = () => {
    isCompleteWhileOpen = isComplete;
  };
  const options: RequestOptions = {
    headers: [...headers, [PLAY_HEADER, String(play.number)]],
    content: content === null ? null : octets(content),
    extensions: {
      informational: (head) => interim.push({ status: head.status, headers: head.headers.toJSON() }),
      target,
    },
  };
  const isSwitching = method === "CONNECT" || one.upgrade_requested;
  const way = form.cut === "octets" || isSwitching ? "stream" : "request";

  let response: Response;
  let told: { content: string; tunnelData: string | null };
  try {
    response = await pool[way](method, server.url, options);
    told = response.extensions.networkStream
      ? { content: "", tunnelData: await readTunnel(response, one, form) }
      : { content: await readContent(response, way), tunnelData: null };
    isComplete = true;
  } catch (error) {
    // One turn: the connection is closed with the error, but not in the same breath.
    await turn();
    return { type: "failed", error, isKept: pool.connections.length > 0 };
  }

  const isSwitch = told.tunnelData !== null;
  const isReused = form.end === "open" && !isSwitch ? await isUsedAgain(play, pool, server) : null;
  await play.isOver;
  return {
    type: "delivered",
    status: response.status,
    reason: present(response.extensions.reasonPhrase),
    version: present(response.extensions.httpVersion),
    headers: response.headers.toJSON(),
    content: told.content,
    trailers: response.trailers.toJSON(),
    interim,
    isSwitch,
    tunnelData: told.tunnelData,
    isReused,
    isCompleteWhileOpen,
  };
}

async function readContent(response: Response, way: "request" | "stream"): Promise<string> {
  if (way === "request") return joined([response.content]);
  const pieces: Uint8Array[] = [];
  for await (const piece of response) pieces.push(piece);
  return joined(pieces);
}

// Up to the end, or up to what is due where there is no end: what lacks then is waited for, and found out by patience.
async function readTunnel(response: Response, { expect }: ResponseCase, form: Form): Promise<string> {
  const stream = present(response.extensions.networkStream);
  const due = expect.ok ? textOfBase64(expect.leftover).length : 0;
  let read = "";
  while (form.end === "closed" || read.length < due) {
    const piece = await stream.read();
    if (piece === null) break;
    read += joined([piece]);
  }
  await stream.close();
  return read;
}

// Asked when the client has had everything: octets behind the response that are still to come are nobody's fault.
async function isUsedAgain(play: Play, pool: ConnectionPool, server: CaseServer): Promise<boolean> {
  await play.isOver;
  const { status } = await pool.request("GET", server.url, { headers: { [PLAY_HEADER]: String(play.number) } });
  if (status !== SECOND_STATUS) throw new Error(`the second request was answered with ${status}`);
  const [first, second] = play.connections;
  return first === second;
}
