// Client of tandem, the router of contacts and back-office work.
//
// Messages are in "tandem-sdk/v1/ticket" and the like; their comments are the manual.

export { connect, pages, TandemClient, type ConnectOptions } from "./client.js";
export { ErrorReason, Status, TandemError } from "./errors.js";
export { AgentSession, type Change } from "./session.js";
