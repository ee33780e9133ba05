// A channel with the settings that tandem ships, and its services on it.

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import {
  type CallOptions,
  type Channel,
  type ChannelCredentials,
  type ChannelOptions,
  type Client as ServiceClient,
  ClientError,
  type ClientMiddlewareCall,
  createChannel,
  createClientFactory,
  Metadata,
} from "nice-grpc";

import { Status, TandemError } from "./errors.js";
import { AgentSession } from "./session.js";
import { AgentServiceDefinition } from "./tandem/v1/agent_service.js";
import { ConfigurationServiceDefinition } from "./tandem/v1/configuration_service.js";
import {
  EventServiceDefinition,
  EventStart,
  StreamEventsRequest,
  type StreamEventsResponse,
} from "./tandem/v1/event_service.js";
import { IngestServiceDefinition } from "./tandem/v1/ingest_service.js";
import { MediaServiceDefinition } from "./tandem/v1/media_service.js";
import { ParticipantServiceDefinition } from "./tandem/v1/participant_service.js";
import { QueueServiceDefinition } from "./tandem/v1/queue_service.js";
import { ReportServiceDefinition } from "./tandem/v1/report_service.js";
import { ResourceServiceDefinition } from "./tandem/v1/resource_service.js";
import { SupervisorServiceDefinition } from "./tandem/v1/supervisor_service.js";
import { SystemServiceDefinition } from "./tandem/v1/system_service.js";
import { TicketServiceDefinition } from "./tandem/v1/ticket_service.js";
import { WatchServiceDefinition } from "./tandem/v1/watch_service.js";
import { WebhookServiceDefinition } from "./tandem/v1/webhook_service.js";
import { WorkServiceDefinition } from "./tandem/v1/work_service.js";

export interface ConnectOptions {
  /** The workspace of requests that name none. */
  workspace?: string;
  /** ChannelCredentials of @grpc/grpc-js, for a server with TLS, with a client certificate where it asks for one. By default
   * nothing is encrypted. */
  credentials?: ChannelCredentials;
  /** Called before each call; what it returns is sent as `authorization: Bearer …`. When it throws, the call fails with
   * UNAVAILABLE; sessions and streams of events try again. */
  token?: () => string | Promise<string>;
  /** More options of the channel; they go before the shipped ones. */
  channelOptions?: ChannelOptions;
}

/** Makes a client of the server at `address`, "host:port". Nothing is sent before the first call. */
export function connect(address: string, options: ConnectOptions = {}): TandemClient {
  const shipped = JSON.parse(readFileSync(new URL("../channel.json", import.meta.url), "utf8"));
  const channel = createChannel(address, options.credentials, {
    "grpc.service_config": JSON.stringify(shipped.service_config),
    "grpc.keepalive_time_ms": shipped.keepalive.time_ms,
    "grpc.keepalive_timeout_ms": shipped.keepalive.timeout_ms,
    ...options.channelOptions,
  });
  return new TandemClient(channel, options);
}

/** The services of tandem.v1. Each unary call gets the client's workspace and a fresh `requestId` where its request has
 * these fields and they are empty, so that gRPC may repeat it; what fails is a TandemError. */
export class TandemClient {
  readonly workspace: string;
  readonly agents: ServiceClient<AgentServiceDefinition>;
  readonly configuration: ServiceClient<ConfigurationServiceDefinition>;
  readonly eventService: ServiceClient<EventServiceDefinition>;
  readonly ingest: ServiceClient<IngestServiceDefinition>;
  readonly media: ServiceClient<MediaServiceDefinition>;
  readonly participants: ServiceClient<ParticipantServiceDefinition>;
  readonly queues: ServiceClient<QueueServiceDefinition>;
  readonly reports: ServiceClient<ReportServiceDefinition>;
  readonly resources: ServiceClient<ResourceServiceDefinition>;
  readonly supervisors: ServiceClient<SupervisorServiceDefinition>;
  readonly system: ServiceClient<SystemServiceDefinition>;
  readonly tickets: ServiceClient<TicketServiceDefinition>;
  readonly watch: ServiceClient<WatchServiceDefinition>;
  readonly webhooks: ServiceClient<WebhookServiceDefinition>;
  readonly work: ServiceClient<WorkServiceDefinition>;

  constructor(private readonly channel: Channel, private readonly options: ConnectOptions) {
    this.workspace = options.workspace ?? "";
    const factory = createClientFactory().use((call, callOptions) => this.intercept(call, callOptions));
    this.agents = factory.create(AgentServiceDefinition, channel);
    this.configuration = factory.create(ConfigurationServiceDefinition, channel);
    this.eventService = factory.create(EventServiceDefinition, channel);
    this.ingest = factory.create(IngestServiceDefinition, channel);
    this.media = factory.create(MediaServiceDefinition, channel);
    this.participants = factory.create(ParticipantServiceDefinition, channel);
    this.queues = factory.create(QueueServiceDefinition, channel);
    this.reports = factory.create(ReportServiceDefinition, channel);
    this.resources = factory.create(ResourceServiceDefinition, channel);
    this.supervisors = factory.create(SupervisorServiceDefinition, channel);
    this.system = factory.create(SystemServiceDefinition, channel);
    this.tickets = factory.create(TicketServiceDefinition, channel);
    this.watch = factory.create(WatchServiceDefinition, channel);
    this.webhooks = factory.create(WebhookServiceDefinition, channel);
    this.work = factory.create(WorkServiceDefinition, channel);
  }

  /** Opens a session of an agent that comes back by itself when the connection is lost; waits for the server to be
   * there. `id` is the caller's name of the session: a device or a tab. */
  async session(agent: string, id: string = randomUUID()): Promise<AgentSession> {
    const session = new AgentSession(this.agents, this.workspace, agent, id);
    await session.opened;
    return session;
  }

  /** The messages of StreamEvents. A stream that is lost is opened again by the last token, so no event is missed and none
   * comes twice. Leave the loop, or abort the signal, to end it. */
  async *events(
    request: Partial<StreamEventsRequest> = {},
    options: { signal?: AbortSignal } = {},
  ): AsyncGenerator<StreamEventsResponse> {
    const next = StreamEventsRequest.fromPartial(request);
    const waits = new Pauses();
    while (true) {
      try {
        for await (const message of this.eventService.streamEvents(next, options)) {
          next.resumeToken = message.resumeToken;
          next.start = EventStart.UNSPECIFIED;
          waits.restart();
          yield message;
        }
      } catch (error) {
        if (!(error instanceof TandemError && error.isPassing)) {
          throw error;
        }
      }
      await sleep(waits.next(), undefined, options);
    }
  }

  close(): void {
    this.channel.close();
  }

  private async *intercept<Request, Response>(
    call: ClientMiddlewareCall<Request, Response>,
    callOptions: CallOptions,
  ): AsyncGenerator<Response, Response | void, undefined> {
    const metadata = Metadata(callOptions.metadata);
    if (this.options.token) {
      metadata.set("authorization", `Bearer ${await tokenOf(this.options.token)}`);
    }
    let trailer: Metadata | undefined;
    const onTrailer = (received: Metadata) => {
      trailer = received;
      callOptions.onTrailer?.(received);
    };
    const request = call.requestStream ? call.request : this.filled(call.method.path, call.request);
    try {
      return yield* call.next(request, { ...callOptions, metadata, onTrailer });
    } catch (error) {
      throw error instanceof ClientError ? TandemError.of(error, trailer) : error;
    }
  }

  private filled<Request>(path: string, request: Request): Request {
    const fields = FILLED.get(path) ?? [];
    const given = request as Record<string, unknown>;
    const values: Record<string, string> = {};
    if (fields.includes("workspace") && !given["workspace"]) {
      values["workspace"] = this.workspace;
    }
    if (fields.includes("requestId") && !given["requestId"]) {
      values["requestId"] = randomUUID();
    }
    return { ...request, ...values };
  }
}

async function tokenOf(token: () => string | Promise<string>): Promise<string> {
  try {
    return await token();
  } catch (error) {
    throw new TandemError(Status.UNAVAILABLE, `no token: ${error}`);
  }
}

/** The answers of a list call, page after page: `pages((page) => client.tickets.listTickets(page), { pageSize: 100 })`. */
export async function* pages<Request extends { pageToken?: string | undefined }, Response extends { nextPageToken: string }>(
  list: (request: Request) => Promise<Response>,
  request: Request,
): AsyncGenerator<Response> {
  let pageToken = request.pageToken;
  do {
    const answer = await list({ ...request, pageToken });
    yield answer;
    pageToken = answer.nextPageToken;
  } while (pageToken);
}

/** How long to wait before what failed is tried again; with chance, so that the clients of a server that was away or busy do
 * not all come at once. */
export class Pauses {
  private static readonly SHORTEST_MS = 100;
  private static readonly LONGEST_MS = 5000;
  private pauseMs = Pauses.SHORTEST_MS;

  next(): number {
    const pauseMs = this.pauseMs;
    this.pauseMs = Math.min(2 * pauseMs, Pauses.LONGEST_MS);
    return pauseMs * (0.5 + Math.random() / 2);
  }

  restart(): void {
    this.pauseMs = Pauses.SHORTEST_MS;
  }
}

/** Which of the fields that a client fills in the request of a method has, by the method's path. */
const FILLED = new Map<string, string[]>();
for (const definition of [
  AgentServiceDefinition,
  ConfigurationServiceDefinition,
  EventServiceDefinition,
  IngestServiceDefinition,
  MediaServiceDefinition,
  ParticipantServiceDefinition,
  QueueServiceDefinition,
  ReportServiceDefinition,
  ResourceServiceDefinition,
  SupervisorServiceDefinition,
  SystemServiceDefinition,
  TicketServiceDefinition,
  WatchServiceDefinition,
  WebhookServiceDefinition,
  WorkServiceDefinition,
]) {
  for (const method of Object.values(definition.methods)) {
    const empty: object = method.requestType.fromPartial({});
    FILLED.set(`/${definition.fullName}/${method.name}`, ["workspace", "requestId"].filter((field) => field in empty));
  }
}
