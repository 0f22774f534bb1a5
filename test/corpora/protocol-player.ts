// Plays a case through `httpcore/protocol`: no socket, no time. In: a case and a form. Out: its outcome.

import { ClientConnection, type ResponseEvent } from "httpcore/protocol";
import { octets, text } from "../octets.ts";
import { type Form, type Interim, type Outcome, piecesOf, type ResponseCase, requestOf } from "./response-case.ts";

/** What the events have told so far. */
interface Told {
  head: ResponseEvent | null;
  interim: Interim[];
  content: string;
  trailers: [string, string][];
  isComplete: boolean;
}

export function playProtocol(one: ResponseCase, form: Form): Outcome {
  const { method, target, headers, content } = requestOf(one);
  const connection = new ClientConnection();
  connection.send({ type: "request", method, target, headers });
  if (content !== null) connection.send({ type: "content", octets: octets(content) });
  connection.send({ type: "end" });

  const told: Told = { head: null, interim: [], content: "", trailers: [], isComplete: false };
  let isReusable = false;
  let isCompleteWhileOpen = false;
  try {
    for (const piece of piecesOf(one, form.cut)) {
      connection.receive(piece);
      drain(connection, told);
    }
    isCompleteWhileOpen = told.isComplete;
    isReusable = connection.isReusable;
    if (form.end === "closed") {
      connection.receive(null);
      drain(connection, told);
    }
  } catch (error) {
    return { type: "failed", error, isKept: connection.isReusable };
  }

  const { head, isComplete } = told;
  if (head === null || !isComplete) return { type: "pending" };
  return {
    type: "delivered",
    status: head.status,
    reason: head.reason,
    version: head.version,
    headers: head.headers.toJSON(),
    content: told.content,
    trailers: told.trailers,
    interim: told.interim,
    isSwitch: head.isSwitch,
    tunnelData: head.isSwitch ? text(connection.trailingData) : null,
    isReused: form.end === "open" ? isReusable : null,
    isCompleteWhileOpen,
  };
}

function drain(connection: ClientConnection, told: Told): void {
  while (true) {
    const event = connection.nextEvent();
    switch (event.type) {
      case "informational":
        told.interim.push({ status: event.status, headers: event.headers.toJSON() });
        break;
      case "response":
        told.head = event;
        told.isComplete = event.isSwitch;
        break;
      case "content":
        told.content += text(event.octets);
        break;
      case "end":
        told.trailers = event.trailers.toJSON();
        told.isComplete = true;
        break;
      default:
        return;
    }
  }
}
