// The session of tests/sdk/README.md in TypeScript.
//
//   node session.js ADDRESS

import { type AgentSession, type Change, connect, ErrorReason, Status, TandemError } from "tandem-sdk";
import { AgentStatus, TicketState } from "tandem-sdk/v1/types";

function say(text: string): void {
  console.log(text);
}

function tell(change: Change): void {
  switch (change.$case) {
    case "offer":
      return say(`change: offer of ${change.value.ticketId}`);
    case "offerEnded":
      return say(`change: offer of ${change.value.ticketId} ended, reason "${change.value.reason}"`);
    case "workChanged": {
      const { work, gone } = change.value;
      return say(`change: ${work?.ticketId} is ${TicketState[work?.state ?? 0]}${gone ? ", gone" : ""}`);
    }
    case "stateChanged":
      return say(`change: agent is ${AgentStatus[change.value.status]}`);
  }
}

async function complete(session: AgentSession): Promise<void> {
  try {
    await session.complete("one", "solved");
  } catch (error) {
    if (!(error instanceof TandemError)) {
      throw error;
    }
    say(`complete: ${Status[error.code]} ${ErrorReason[error.reason]}`);
  }
}

async function main(address: string): Promise<void> {
  const client = connect(address, { workspace: "acme" });
  const session = await client.session("ana", "desk");
  const changes = session[Symbol.asyncIterator]();
  const tellNext = async (count: number) => {
    for (let told = 0; told < count; told += 1) {
      tell((await changes.next()).value);
    }
  };
  await tellNext(5);
  say(`accepted: ${TicketState[await session.accept("offer of three")]}`);
  await tellNext(4);
  await session.start("three");
  say("started");
  say(`finished: ${TicketState[await session.finish("one")]}`);
  await complete(session);
  await complete(session);
  await session.close();
  for await (const change of session) {
    tell(change);
  }
  say("closed");
  client.close();
}

await main(process.argv[2] as string);
