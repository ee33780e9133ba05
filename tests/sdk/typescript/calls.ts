// The calls of tests/sdk/README.md in TypeScript.
//
//   node calls.js ADDRESS TLS_ADDRESS AUTHORITY
//   node calls.js follow ADDRESS                     events, until it is killed
//   node calls.js wait ADDRESS                       for the answer of one call

import { readFileSync } from "node:fs";

import { ChannelCredentials } from "@grpc/grpc-js";
import { connect, ErrorReason, Status, TandemError } from "tandem-sdk";
import type { StreamIngestRequest } from "tandem-sdk/v1/ingest_service";

/** token-1, token-2, …; while `away` is more than 0, there is none to be had. */
class Tokens {
  away = 0;
  private given = 0;

  async next(): Promise<string> {
    if (this.away > 0) {
      this.away -= 1;
      throw new Error("there is none to be had");
    }
    this.given += 1;
    return `token-${this.given}`;
  }
}

function say(text: string): void {
  console.log(text);
}

async function refused(what: string, call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof TandemError)) {
      throw error;
    }
    const again = error.retryAfterMs === undefined ? "" : `, again after ${error.retryAfterMs} ms`;
    return say(`${what}: ${Status[error.code]} ${ErrorReason[error.reason]}${again}`);
  }
  throw new Error(`${what}: expected a refusal`);
}

/** Reads a stream to its end. */
async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream) {
  }
}

async function* one<Message>(message: Message): AsyncIterable<Message> {
  yield message;
}

async function main(address: string, tlsAddress: string, authority: string): Promise<void> {
  const tokens = new Tokens();
  const token = () => tokens.next();
  const client = connect(address, { workspace: "acme", token });
  await client.agents.declineOffer({});
  await client.configuration.getConfiguration({});
  await client.ingest.classifyContact({});
  await client.media.reportMediaEvent({});
  await client.participants.handOverTicket({});
  await client.queues.listQueueStatistics({});
  await client.reports.listMeasures({});
  await client.resources.deleteClient({});
  await client.supervisors.requeueTicket({});
  await client.system.getServerInfo({});
  await client.tickets.cancelTicket({ workspace: "other", requestId: "given" });
  await client.webhooks.getWebhook({});
  await client.work.extendLeases({});
  await drain(client.watch.watchQueues({}));
  await drain(client.supervisors.bulkUpdateTickets({}));
  await drain(client.ingest.streamIngest(one<Partial<StreamIngestRequest>>({})));
  say("called every service");

  await client.ingest.ingestContact({});
  say("IngestContact: done");
  await refused("GetTicket", client.tickets.getTicket({}));
  await refused("CreateWebhook", client.webhooks.createWebhook({}));
  await refused("ListTickets", client.tickets.listTickets({}));

  let count = 0;
  tokens.away = 1;
  for await (const { resumeToken } of client.events()) {
    say(`events up to ${resumeToken}`);
    count += 1;
    if (count === 2) {
      break;
    }
    tokens.away = 1;
  }

  const session = await client.session("ana", "desk");
  tokens.away = 1;
  await session.setAvailable();
  say("ana is available");
  await session.close();

  tokens.away = 1;
  await refused("ListNotes", client.tickets.listNotes({}));
  client.close();

  const credentials = ChannelCredentials.createSsl(readFileSync(authority));
  const encrypted = connect(tlsAddress, { workspace: "acme", credentials, token });
  await encrypted.tickets.listMessages({});
  say("ListMessages: done");
  encrypted.close();
}

async function follow(address: string): Promise<void> {
  for await (const { resumeToken } of connect(address, { workspace: "acme" }).events()) {
    say(`events up to ${resumeToken}`);
  }
}

async function wait(address: string): Promise<void> {
  const client = connect(address, { workspace: "acme" });
  await refused("GetTicket", client.tickets.getTicket({}));
  client.close();
}

const [first, second, third] = process.argv.slice(2) as [string, string, string];
switch (first) {
  case "follow":
    await follow(second);
    break;
  case "wait":
    await wait(second);
    break;
  default:
    await main(first, second, third);
}
