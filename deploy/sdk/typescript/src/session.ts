// An agent's session that survives lost connections and restarts of the server.

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import type { Client as ServiceClient } from "nice-grpc";
import { Status } from "nice-grpc-common";

import { Pauses } from "./client.js";
import { TandemError } from "./errors.js";
import { Queue } from "./queue.js";
import {
  AcceptOfferRequest,
  type AgentServiceDefinition,
  type AgentSnapshot,
  DeclineCause,
  DeclineOfferRequest,
  FinishTicketRequest,
  OpenSessionRequest,
  SetAgentStatusRequest,
  StartTicketRequest,
  StreamAgentSessionRequest,
  type StreamAgentSessionResponse,
  type VerbResult,
} from "./tandem/v1/agent_service.js";
import { CompleteTicketRequest, ParkTicketRequest, ReleaseTicketRequest } from "./tandem/v1/ticket_service.js";
import { AgentStatus, type SessionRef, type TicketState } from "./tandem/v1/types.js";
import { type Change, Told } from "./told.js";

export type { Change };

/** How long close() waits for the server to take the log-out. */
const CLOSE_MS = 5000;

type Message = NonNullable<StreamAgentSessionRequest["verb"]>;
type Verb = Exclude<Message, { $case: "open" | "close" | "heartbeat" }>;

interface Pending {
  verb: Verb;
  decide: (result: VerbResult) => void;
  fail: (error: Error) => void;
  waits: Pauses;
}

/** What an agent has, as changes to iterate over, and what the agent does, as methods.
 *
 * The first changes tell what the agent has when the session opens. After a cut the session opens again, and only what
 * differs from what was told comes: an offer is told once, and one that is gone meanwhile is an `offerEnded` with an empty
 * reason. A change tells the newest state; states in between may be left out.
 *
 * A method resolves when its verb was decided, and rejects with a TandemError when it was refused. A verb that was under way
 * during a cut, or that the server could not decide (UNAVAILABLE, OVERLOADED), is sent again, with growing pauses, and takes
 * effect once. Iterating ends after close(), and throws when the session is lost for good: another one of the agent took
 * over (SESSION_FENCED). After a long cut the agent is OFFLINE and stays so until setAvailable(): whether somebody is still
 * there, only the program knows. */
export class AgentSession implements AsyncIterable<Change> {
  /** Resolves when the session is open, and rejects when it can't be. */
  readonly opened: Promise<void>;
  private readonly ended: Promise<void>;
  private readonly changes = new Queue<Change>();
  private readonly told = new Told();
  private readonly open: OpenSessionRequest;
  private readonly verbs = new Map<bigint, Pending>(); // Not decided yet, by tag.
  private readonly abort = new AbortController();
  private newest: AgentSnapshot | undefined;
  private upward: Queue<StreamAgentSessionRequest> | undefined; // Of the stream that is open now.
  private lastTag = 0n;
  private closing = false;
  private lost: Error | undefined;
  private onOpened: () => void = () => {};

  constructor(
    private readonly agents: ServiceClient<AgentServiceDefinition>,
    workspace: string,
    agent: string,
    sessionId: string,
  ) {
    this.open = OpenSessionRequest.fromPartial({ workspace, agent, sessionId });
    const opening = new Promise<void>((resolve) => (this.onOpened = resolve));
    this.ended = this.run();
    this.opened = Promise.race([
      opening,
      this.ended.then(() => {
        throw this.lost ?? new TandemError(Status.CANCELLED, "the session was closed");
      }),
    ]);
    this.opened.catch(() => {});
  }

  /** The SessionRef that unary calls for the agent carry, for example claimTickets. */
  get ref(): SessionRef {
    return { agent: this.open.agent, generation: this.snapshot.generation };
  }

  /** The newest one: the reasons and dispositions that a desktop offers to choose from. */
  get snapshot(): AgentSnapshot {
    if (!this.newest) {
      throw new Error("expected an open session, but it is still opening");
    }
    return this.newest;
  }

  async setAvailable(): Promise<void> {
    await this.do({ $case: "setStatus", value: SetAgentStatusRequest.fromPartial({ status: AgentStatus.AVAILABLE }) });
  }

  async setNotReady(reason: string): Promise<void> {
    const value = SetAgentStatusRequest.fromPartial({ status: AgentStatus.NOT_READY, reason });
    await this.do({ $case: "setStatus", value });
  }

  /** Resolves to the ticket's state: CONNECTING or ACTIVE. */
  accept(offerId: string): Promise<TicketState> {
    return this.do({ $case: "accept", value: AcceptOfferRequest.fromPartial({ offerId }) });
  }

  async decline(offerId: string, cause: DeclineCause = DeclineCause.UNSPECIFIED): Promise<void> {
    await this.do({ $case: "decline", value: DeclineOfferRequest.fromPartial({ offerId, cause }) });
  }

  async start(ticketId: string): Promise<void> {
    await this.do({ $case: "start", value: StartTicketRequest.fromPartial({ ticketId }) });
  }

  /** Resolves to the ticket's state: WRAP_UP or COMPLETED. */
  finish(ticketId: string): Promise<TicketState> {
    return this.do({ $case: "finish", value: FinishTicketRequest.fromPartial({ ticketId }) });
  }

  /** `fields` are what else a completion may say: a review's verdict and comment, follow-ups. */
  async complete(ticketId: string, disposition = "", fields: Partial<CompleteTicketRequest> = {}): Promise<void> {
    await this.do({ $case: "complete", value: CompleteTicketRequest.fromPartial({ ...fields, ticketId, disposition }) });
  }

  async release(ticketId: string): Promise<void> {
    await this.do({ $case: "release", value: ReleaseTicketRequest.fromPartial({ ticketId }) });
  }

  async park(ticketId: string, fields: Partial<ParkTicketRequest> = {}): Promise<void> {
    await this.do({ $case: "park", value: ParkTicketRequest.fromPartial({ ...fields, ticketId }) });
  }

  /** Logs the agent out. Repeated, it does nothing. */
  async close(): Promise<void> {
    this.closing = true;
    this.sendClose();
    await Promise.race([this.ended, sleep(CLOSE_MS, undefined, { ref: false })]);
    this.abort.abort();
  }

  [Symbol.asyncIterator](): AsyncIterator<Change> {
    return this.changes[Symbol.asyncIterator]();
  }

  private do(verb: Verb): Promise<TicketState> {
    return new Promise((resolve, reject) => {
      if (this.lost) {
        return reject(this.lost);
      }
      const tag = ++this.lastTag;
      const decide = (result: VerbResult) =>
        result.code === 0 ? resolve(result.ticketState) : reject(refusalOf(result));
      this.verbs.set(tag, { verb, decide, fail: reject, waits: new Pauses() });
      this.sign(verb);
      this.send(tag);
    });
  }

  /** Makes a verb of this generation of it, which takes effect once however often it is sent. */
  private sign(verb: Verb): void {
    verb.value.session = this.ref;
    verb.value.requestId = randomUUID();
  }

  private send(tag: bigint): void {
    const pending = this.verbs.get(tag);
    if (pending) {
      this.upward?.push({ tag, verb: pending.verb });
    }
  }

  private sendClose(): void {
    this.upward?.push(StreamAgentSessionRequest.fromPartial({ verb: { $case: "close", value: {} } }));
  }

  private async run(): Promise<void> {
    const waits = new Pauses();
    let lost: Error | undefined;
    while (!this.closing) {
      try {
        await this.follow(waits);
      } catch (error) {
        if (!(error instanceof TandemError && error.isPassing)) {
          lost = error as Error;
          break;
        }
      }
      if (!this.closing) {
        await sleep(waits.next());
      }
    }
    this.lost = lost ?? new TandemError(Status.CANCELLED, "the session was closed");
    for (const pending of this.verbs.values()) {
      pending.fail(this.lost);
    }
    this.verbs.clear();
    this.changes.end(lost);
  }

  /** One stream from its opening to its end. */
  private async follow(waits: Pauses): Promise<void> {
    const upward = new Queue<StreamAgentSessionRequest>();
    upward.push(StreamAgentSessionRequest.fromPartial({ verb: { $case: "open", value: this.open } }));
    try {
      for await (const { message } of this.agents.streamAgentSession(upward, { signal: this.abort.signal })) {
        waits.restart();
        if (message) {
          this.take(message, upward);
        }
      }
    } finally {
      this.upward = undefined;
      upward.end();
    }
  }

  private take(message: NonNullable<StreamAgentSessionResponse["message"]>, upward: Queue<StreamAgentSessionRequest>): void {
    switch (message.$case) {
      case "opened":
        this.newest = message.value;
        this.upward = upward;
        this.told.difference(message.value).forEach((change) => this.tell(change));
        [...this.verbs.keys()].forEach((tag) => this.send(tag));
        if (this.closing) {
          this.sendClose();
        }
        this.onOpened();
        break;
      case "result":
        this.takeResult(message.value);
        break;
      default:
        this.tell(message);
    }
  }

  private takeResult(result: VerbResult): void {
    const pending = this.verbs.get(result.tag);
    if (!pending) {
      return;
    }
    const generation = pending.verb.value.session?.generation ?? 0n;
    if (isUndecided(result)) {
      const upward = this.upward;
      setTimeout(() => this.repeat(result.tag, upward), pending.waits.next()).unref();
    } else if (result.reason === "SESSION_FENCED" && generation < this.ref.generation) {
      // It was sent before the cut and not taken: this generation may say it anew.
      this.sign(pending.verb);
      this.send(result.tag);
    } else {
      this.verbs.delete(result.tag);
      pending.decide(result);
    }
  }

  /** On the stream that gave the result: a newer one got all verbs when it was opened. */
  private repeat(tag: bigint, upward: Queue<StreamAgentSessionRequest> | undefined): void {
    if (upward === this.upward) {
      this.send(tag);
    }
  }

  private tell(change: Change): void {
    if (this.told.isNews(change)) {
      this.changes.push(change);
    }
  }
}

/** Perhaps done, perhaps not: the same again is safe. Whatever else may pass is for the program to know, a full queue among
 * it: that may last for hours. */
function isUndecided(result: VerbResult): boolean {
  return result.code === Status.UNAVAILABLE || result.reason === "OVERLOADED";
}

function refusalOf(result: VerbResult): TandemError {
  return new TandemError(result.code, result.message, { reasonName: result.reason });
}
