// What the iterating program knows, so that a snapshot after a cut becomes the changes since.

import {
  AgentState,
  type AgentSnapshot,
  type Offer,
  OfferEnded,
  type StreamAgentSessionResponse,
  Work,
  WorkChanged,
} from "./tandem/v1/agent_service.js";

/** A change of what an agent has: `$case` is offer, offerEnded, workChanged or stateChanged, and `value` the message. */
export type Change = Exclude<NonNullable<StreamAgentSessionResponse["message"]>, { $case: "opened" | "result" }>;

export class Told {
  private readonly offers = new Map<string, Offer>();
  private readonly work = new Map<string, Work>();
  private state: AgentState | undefined;

  /** Notes a change that came; false when the program knows it already. */
  isNews(change: Change): boolean {
    switch (change.$case) {
      case "offer": {
        const known = this.offers.has(change.value.offerId);
        this.offers.set(change.value.offerId, change.value);
        return !known;
      }
      case "offerEnded":
        return this.offers.delete(change.value.offerId);
      case "stateChanged": {
        const before = this.state;
        this.state = change.value;
        return !before || !isSame(AgentState, before, change.value);
      }
      case "workChanged":
        return this.isNewsOfWork(change.value);
    }
  }

  /** The changes from what was told to the snapshot, in an order that a desktop can follow. Some may be no news. */
  difference(snapshot: AgentSnapshot): Change[] {
    const changes: Change[] = [];
    if (snapshot.state) {
      changes.push({ $case: "stateChanged", value: snapshot.state });
    }
    for (const work of snapshot.work) {
      changes.push({ $case: "workChanged", value: { work, gone: false } });
    }
    for (const work of this.work.values()) {
      if (!snapshot.work.some(({ ticketId }) => ticketId === work.ticketId)) {
        changes.push({ $case: "workChanged", value: { work, gone: true } });
      }
    }
    for (const { offerId, ticketId } of this.offers.values()) {
      const goesOn = [...snapshot.offers, ...snapshot.work].some((held) => held.offerId === offerId);
      if (!goesOn) {
        changes.push({ $case: "offerEnded", value: OfferEnded.fromPartial({ offerId, ticketId }) });
      }
    }
    for (const offer of snapshot.offers) {
      changes.push({ $case: "offer", value: offer });
    }
    return changes;
  }

  private isNewsOfWork({ work, gone }: WorkChanged): boolean {
    if (!work) {
      return false;
    }
    this.offers.delete(work.offerId);
    if (gone) {
      return this.work.delete(work.ticketId);
    }
    const before = this.work.get(work.ticketId);
    this.work.set(work.ticketId, work);
    return !before || !isSame(Work, before, work);
  }
}

function isSame<Message>(
  type: { encode(message: Message): { finish(): Uint8Array } },
  one: Message,
  other: Message,
): boolean {
  return Buffer.compare(type.encode(one).finish(), type.encode(other).finish()) === 0;
}
