import io.grpc.TlsChannelCredentials;
import io.grpc.stub.StreamObserver;
import io.tandem.AgentSession;
import io.tandem.EventStream;
import io.tandem.TandemClient;
import io.tandem.TandemException;
import io.tandem.v1.BulkUpdateTicketsRequest;
import io.tandem.v1.CancelTicketRequest;
import io.tandem.v1.ClassifyContactRequest;
import io.tandem.v1.CreateWebhookRequest;
import io.tandem.v1.DeclineOfferRequest;
import io.tandem.v1.DeleteClientRequest;
import io.tandem.v1.ExtendLeasesRequest;
import io.tandem.v1.GetConfigurationRequest;
import io.tandem.v1.GetServerInfoRequest;
import io.tandem.v1.GetTicketRequest;
import io.tandem.v1.GetWebhookRequest;
import io.tandem.v1.HandOverTicketRequest;
import io.tandem.v1.IngestContactRequest;
import io.tandem.v1.IngestServiceGrpc;
import io.tandem.v1.ListMeasuresRequest;
import io.tandem.v1.ListMessagesRequest;
import io.tandem.v1.ListNotesRequest;
import io.tandem.v1.ListQueueStatisticsRequest;
import io.tandem.v1.ListTicketsRequest;
import io.tandem.v1.ReportMediaEventRequest;
import io.tandem.v1.RequeueTicketRequest;
import io.tandem.v1.StreamEventsRequest;
import io.tandem.v1.StreamIngestRequest;
import io.tandem.v1.StreamIngestResponse;
import io.tandem.v1.WatchQueuesRequest;
import java.io.File;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The calls of tests/sdk/README.md in Java.
 *
 * <p>java Calls ADDRESS TLS_ADDRESS AUTHORITY
 *
 * <p>java Calls follow ADDRESS: events, until it is killed
 *
 * <p>java Calls wait ADDRESS: for the answer of one call
 */
public final class Calls {
  private final AtomicInteger given = new AtomicInteger();
  private final AtomicInteger away = new AtomicInteger();

  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "follow" -> follow(arguments[1]);
      case "wait" -> waitForAnswer(arguments[1]);
      default -> new Calls().run(arguments[0], arguments[1], new File(arguments[2]));
    }
  }

  private static void follow(String address) {
    try (TandemClient client = TandemClient.connect(address, "acme");
        EventStream events = client.events(StreamEventsRequest.getDefaultInstance())) {
      while (true) {
        say("events up to " + events.next().getResumeToken());
      }
    }
  }

  private static void waitForAnswer(String address) {
    try (TandemClient client = TandemClient.connect(address, "acme")) {
      refused("GetTicket", () -> client.tickets().getTicket(GetTicketRequest.getDefaultInstance()));
    }
  }

  /** token-1, token-2, …; while `away` is more than 0, there is none to be had. */
  private String token() {
    if (away.get() > 0) {
      away.decrementAndGet();
      throw new IllegalStateException("there is none to be had");
    }
    return "token-" + given.incrementAndGet();
  }

  private static void say(String text) {
    System.out.println(text);
  }

  private static void refused(String what, Runnable call) {
    try {
      call.run();
    } catch (RuntimeException error) {
      TandemException refusal = TandemException.of(error);
      String again = refusal.retryAfter() == null ? "" : ", again after " + refusal.retryAfter().toMillis() + " ms";
      say(what + ": " + refusal.code() + " " + refusal.reason().name().replace("ERROR_REASON_", "") + again);
      return;
    }
    throw new IllegalStateException(what + ": expected a refusal");
  }

  private void run(String address, String tlsAddress, File authority) throws Exception {
    try (TandemClient client = TandemClient.builder(address).workspace("acme").token(this::token).build()) {
      callEveryService(client);
      client.ingest().ingestContact(IngestContactRequest.getDefaultInstance());
      say("IngestContact: done");
      refused("GetTicket", () -> client.tickets().getTicket(GetTicketRequest.getDefaultInstance()));
      refused("CreateWebhook", () -> client.webhooks().createWebhook(CreateWebhookRequest.getDefaultInstance()));
      refused("ListTickets", () -> client.tickets().listTickets(ListTicketsRequest.getDefaultInstance()));

      try (EventStream events = client.events(StreamEventsRequest.getDefaultInstance())) {
        for (int count = 0; count < 2; ++count) {
          away.set(1);
          say("events up to " + events.next().getResumeToken());
        }
      }

      try (AgentSession session = client.session("ana", "desk")) {
        away.set(1);
        session.setAvailable();
        say("ana is available");
      }

      away.set(1);
      refused("ListNotes", () -> client.tickets().listNotes(ListNotesRequest.getDefaultInstance()));
    }

    try (TandemClient client =
        TandemClient.builder(tlsAddress)
            .workspace("acme")
            .credentials(TlsChannelCredentials.newBuilder().trustManager(authority).build())
            .token(this::token)
            .build()) {
      client.tickets().listMessages(ListMessagesRequest.getDefaultInstance());
      say("ListMessages: done");
    }
  }

  private static void callEveryService(TandemClient client) throws Exception {
    client.agents().declineOffer(DeclineOfferRequest.getDefaultInstance());
    client.configuration().getConfiguration(GetConfigurationRequest.getDefaultInstance());
    client.ingest().classifyContact(ClassifyContactRequest.getDefaultInstance());
    client.media().reportMediaEvent(ReportMediaEventRequest.getDefaultInstance());
    client.participants().handOverTicket(HandOverTicketRequest.getDefaultInstance());
    client.queues().listQueueStatistics(ListQueueStatisticsRequest.getDefaultInstance());
    client.reports().listMeasures(ListMeasuresRequest.getDefaultInstance());
    client.resources().deleteClient(DeleteClientRequest.getDefaultInstance());
    client.supervisors().requeueTicket(RequeueTicketRequest.getDefaultInstance());
    client.system().getServerInfo(GetServerInfoRequest.getDefaultInstance());
    client.tickets().cancelTicket(CancelTicketRequest.newBuilder().setWorkspace("other").setRequestId("given").build());
    client.webhooks().getWebhook(GetWebhookRequest.getDefaultInstance());
    client.work().extendLeases(ExtendLeasesRequest.getDefaultInstance());
    client.watch().watchQueues(WatchQueuesRequest.getDefaultInstance()).forEachRemaining(message -> {});
    client.supervisors().bulkUpdateTickets(BulkUpdateTicketsRequest.getDefaultInstance()).forEachRemaining(message -> {});
    CompletableFuture<Void> ended = new CompletableFuture<>();
    StreamObserver<StreamIngestRequest> ingest =
        IngestServiceGrpc.newStub(client.channel())
            .streamIngest(
                new StreamObserver<StreamIngestResponse>() {
                  @Override
                  public void onNext(StreamIngestResponse message) {}

                  @Override
                  public void onError(Throwable error) {
                    ended.completeExceptionally(error);
                  }

                  @Override
                  public void onCompleted() {
                    ended.complete(null);
                  }
                });
    ingest.onNext(StreamIngestRequest.getDefaultInstance());
    ingest.onCompleted();
    ended.get();
    say("called every service");
  }
}
