// The walk of tests/sdk/README.md in TypeScript.
//
//   node walk.js ADDRESS FLOOR

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

import { type AgentSession, type Change, connect, ErrorReason, pages, Status, TandemError } from "tandem-sdk";
import { Configuration } from "tandem-sdk/v1/configuration";
import { type Event, EventType } from "tandem-sdk/v1/event";
import { EventStart } from "tandem-sdk/v1/event_service";
import { AgentStatus, ReviewVerdict, TicketState } from "tandem-sdk/v1/types";

const REQUEST_ID = "6f1c2f0e-6c0b-4c3e-9f58-1d8f6a4b7c21";
const names = new Map<string, string>();
const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

function nameOf(ticketId: string): string {
  if (!names.has(ticketId)) {
    names.set(ticketId, `ticket-${names.size + 1}`);
  }
  return names.get(ticketId)!;
}

function say(text: string): void {
  console.log(text);
}

/** The generated fromJSON takes a Duration as an object, not as protobuf's JSON writes it. */
function readSpan(_key: string, value: unknown): unknown {
  const span = typeof value === "string" ? /^(\d+)s$/.exec(value) : null;
  return span === null ? value : { seconds: span[1], nanos: 0 };
}

/** Has the test do something, and waits until it is done. */
async function order(what: string): Promise<void> {
  say(`» ${what}`);
  await input.next();
}

function tell(change: Change): void {
  switch (change.$case) {
    case "offer":
      return say(`change: offer of ${nameOf(change.value.ticketId)} from ${change.value.queue}`);
    case "offerEnded":
      return say(`change: offer of ${nameOf(change.value.ticketId)} ended, ${change.value.reason}`);
    case "workChanged": {
      const { work, gone } = change.value;
      return say(`change: ${nameOf(work!.ticketId)} is ${TicketState[work!.state]}${gone ? ", gone" : ""}`);
    }
    case "stateChanged":
      return say(`change: agent is ${AgentStatus[change.value.status]}`);
  }
}

function changesOf(session: AgentSession): () => Promise<Change> {
  const changes = session[Symbol.asyncIterator]();
  return async () => {
    const { value } = await changes.next();
    tell(value);
    return value;
  };
}

async function refused(what: string, call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof TandemError)) {
      throw error;
    }
    const fields = error.fields.map(({ field }) => ` ${field}`).join("");
    return say(`${what}: ${Status[error.code]} ${ErrorReason[error.reason]}${fields}`);
  }
  throw new Error(`${what}: expected a refusal`);
}

async function main(address: string, floor: string): Promise<void> {
  const client = connect(address, { workspace: "walk" });
  const configuration = Configuration.fromJSON(JSON.parse(readFileSync(floor, "utf8"), readSpan));
  const applied = await client.configuration.applyConfiguration({ configuration });
  say(`configured: revision ${applied.revision}`);

  const chat = { channel: "chat", client: "acme", processType: "support", subject: "Charged twice" };
  for (const time of ["first", "second"]) {
    const { result } = await client.ingest.ingestContact({ requestId: REQUEST_ID, contact: chat });
    say(`ingested the ${time} time: ${nameOf(result!.ticketId)}`);
  }
  for (const externalId of ["job-1", "job-2", "job-3", "job-4", "job-5"]) {
    const contact = { channel: "task", client: "acme", processType: "bookkeeping", externalId };
    const { result } = await client.ingest.ingestContact({ contact });
    say(`ingested ${externalId}: ${nameOf(result!.ticketId)}`);
  }

  const listing = { filter: { queue: "jobs" }, pageSize: 2, pageToken: "" };
  for await (const { tickets } of pages((page: typeof listing) => client.tickets.listTickets(page), listing)) {
    say(`page: ${tickets.map(({ id }) => nameOf(id)).sort().join(" ")}`);
  }

  await refused("no such ticket", client.tickets.getTicket({ ticketId: "00000000-0000-7000-8000-000000000000" }));
  await refused("a malformed contact", client.ingest.ingestContact({ contact: { channel: "chat", payloadJson: "{" } }));

  const ending = new AbortController();
  async function* eventsOf(): AsyncGenerator<Event> {
    const types = [
      EventType.TICKET_CREATED,
      EventType.OFFER_ACCEPTED,
      EventType.TICKET_FINISHED,
      EventType.TICKET_CLAIMED,
      EventType.TICKET_STARTED,
      EventType.TICKET_RELEASED,
      EventType.TICKET_COMPLETED,
    ];
    const filter = { clients: [], queues: [], ticketIds: [], types };
    for await (const message of client.events({ start: EventStart.OLDEST, filter }, { signal: ending.signal })) {
      yield* message.events;
    }
  }
  const events = eventsOf();
  async function tellEvents(count: number): Promise<void> {
    for (let told = 0; told < count; ++told) {
      const event: Event = (await events.next()).value;
      say(`event: ${EventType[event.type]} ${nameOf(event.ticketId)}`);
    }
  }
  await tellEvents(6);

  const session = await client.session("ana", "desk");
  const nextChange = changesOf(session);
  await nextChange();
  await session.setAvailable();
  await nextChange();
  const offered = await nextChange();
  if (offered.$case !== "offer") {
    throw new Error("expected an offer");
  }
  const { offerId, ticketId } = offered.value;

  await order("kill the server");
  const accepted = session.accept(offerId);
  await order("start the server");
  say(`accepted: ${TicketState[await accepted]}`);
  await nextChange();
  say(`finished: ${TicketState[await session.finish(ticketId)]}`);
  await nextChange();
  await session.complete(ticketId, "solved");
  await nextChange();

  async function claim(): Promise<string> {
    const { tickets } = await client.work.claimTickets({ session: session.ref, queue: "jobs" });
    say(`claimed: ${nameOf(tickets[0]!.id)}`);
    await nextChange();
    return tickets[0]!.id;
  }
  let job = await claim();
  await session.start(job);
  await nextChange();
  await refused("a verdict on no review", session.complete(job, "solved", { verdict: ReviewVerdict.APPROVED }));
  await session.complete(job, "solved");
  await nextChange();
  job = await claim();
  await session.release(job);
  await nextChange();
  await tellEvents(8);

  await refused("an offer that is over", session.accept(offerId));
  const newer = await client.session("ana", "phone");
  await changesOf(newer)();
  await refused("the older session", nextChange());
  await newer.close();
  say("done");
  ending.abort();
  client.close();
  process.exit();
}

await main(process.argv[2]!, process.argv[3]!);
