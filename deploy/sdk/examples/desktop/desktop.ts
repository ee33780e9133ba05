// An agent's desktop in a terminal.
//
//   node desktop.js AGENT [ADDRESS] [WORKSPACE]
//
// It shows what the agent has, and takes a line for what the agent does: available, pause REASON, accept, decline, claim
// QUEUE, start, finish, complete [DISPOSITION], quit. Verbs mean the newest offer, or the newest ticket.

import { createInterface } from "node:readline";

import { type AgentSession, type Change, connect, Status, type TandemClient, TandemError } from "tandem-sdk";
import { AgentStatus, TicketState } from "tandem-sdk/v1/types";

class Desktop {
  private readonly offers = new Map<string, string>(); // Tickets by offer.
  private readonly tickets = new Set<string>();

  constructor(private readonly client: TandemClient, private readonly session: AgentSession) {}

  /** Shows what changes, until the session ends. */
  async show(): Promise<void> {
    for await (const change of this.session) {
      await this.take(change);
    }
  }

  async act(line: string): Promise<void> {
    const [verb, argument = ""] = line.trim().split(/\s+/);
    try {
      await this.run(verb ?? "", argument);
    } catch (error) {
      if (!(error instanceof TandemError)) {
        throw error;
      }
      console.log(`refused: ${error.message}`);
    }
  }

  private async run(verb: string, argument: string): Promise<unknown> {
    switch (verb) {
      case "available":
        return this.session.setAvailable();
      case "pause":
        return this.session.setNotReady(argument);
      case "accept":
        return this.session.accept(newest(this.offers.keys(), "offer"));
      case "decline":
        return this.session.decline(newest(this.offers.keys(), "offer"));
      case "claim":
        return this.claim(argument);
      case "start":
        return this.session.start(newest(this.tickets, "ticket"));
      case "finish":
        return this.session.finish(newest(this.tickets, "ticket"));
      case "complete":
        return this.session.complete(newest(this.tickets, "ticket"), argument);
      case "quit":
        return this.session.close();
      default:
        console.log("expected available, pause, accept, decline, claim, start, finish, complete or quit");
    }
  }

  private async claim(queue: string): Promise<void> {
    const { tickets } = await this.client.work.claimTickets({ session: this.session.ref, queue });
    if (tickets.length === 0) {
      console.log("nothing to claim");
    }
  }

  private async take(change: Change): Promise<void> {
    switch (change.$case) {
      case "stateChanged":
        return console.log(`you are ${AgentStatus[change.value.status]} ${change.value.reason}`.trim());
      case "offer": {
        this.offers.set(change.value.offerId, change.value.ticketId);
        const { ticket } = await this.client.tickets.getTicket({ ticketId: change.value.ticketId });
        return console.log(`OFFER  ${change.value.channel} for ${change.value.client}: ${ticket?.subject}`);
      }
      case "offerEnded":
        this.offers.delete(change.value.offerId);
        return console.log(`the offer is over: ${change.value.reason || "while you were away"}`);
      case "workChanged": {
        const work = change.value.work!;
        this.offers.delete(work.offerId);
        this.tickets.delete(work.ticketId);
        if (change.value.gone) {
          return console.log(`ticket ${work.ticketId} is no longer yours`);
        }
        this.tickets.add(work.ticketId);
        return console.log(`ticket ${work.ticketId} is ${TicketState[work.state]}`);
      }
    }
  }
}

function newest(ids: Iterable<string>, what: string): string {
  const id = [...ids].pop();
  if (id === undefined) {
    throw new TandemError(Status.FAILED_PRECONDITION, `expected an ${what}, but you have none`);
  }
  return id;
}

const [agent, address = "127.0.0.1:9400", workspace = "starter"] = process.argv.slice(2);
if (agent === undefined) {
  console.error("Usage: desktop.js AGENT [ADDRESS] [WORKSPACE]");
  process.exit(2);
}
const client = connect(address, { workspace });
const session = await client.session(agent, "desktop");
const desktop = new Desktop(client, session);
const shown = desktop.show();
const lines = createInterface({ input: process.stdin, prompt: "" });
lines.on("line", (line) => void desktop.act(line));
lines.on("close", () => void desktop.act("quit"));
try {
  await shown;
} catch (error) {
  console.log(`the session is lost: ${(error as Error).message}`);
}
client.close();
process.exit();
