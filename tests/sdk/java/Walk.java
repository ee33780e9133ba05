import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.tandem.AgentSession;
import io.tandem.EventStream;
import io.tandem.TandemClient;
import io.tandem.TandemException;
import io.tandem.v1.AgentState;
import io.tandem.v1.ApplyConfigurationRequest;
import io.tandem.v1.ClaimTicketsRequest;
import io.tandem.v1.CompleteTicketRequest;
import io.tandem.v1.Configuration;
import io.tandem.v1.Contact;
import io.tandem.v1.Event;
import io.tandem.v1.EventFilter;
import io.tandem.v1.EventStart;
import io.tandem.v1.EventType;
import io.tandem.v1.GetTicketRequest;
import io.tandem.v1.IngestContactRequest;
import io.tandem.v1.ListTicketsRequest;
import io.tandem.v1.ListTicketsResponse;
import io.tandem.v1.Offer;
import io.tandem.v1.OfferEnded;
import io.tandem.v1.ReviewVerdict;
import io.tandem.v1.StreamEventsRequest;
import io.tandem.v1.TicketFilter;
import io.tandem.v1.TicketState;
import io.tandem.v1.WorkChanged;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * The walk of tests/sdk/README.md in Java.
 *
 * <p>java Walk ADDRESS FLOOR
 */
public final class Walk {
  private static final String REQUEST_ID = "6f1c2f0e-6c0b-4c3e-9f58-1d8f6a4b7c21";

  private final Map<String, String> names = new HashMap<>();
  private final BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
  private final Queue<Event> events = new ArrayDeque<>();
  private final TandemClient client;

  private Walk(TandemClient client) {
    this.client = client;
  }

  public static void main(String[] arguments) throws Exception {
    try (TandemClient client = TandemClient.connect(arguments[0], "walk")) {
      new Walk(client).run(Path.of(arguments[1]));
    }
  }

  private String nameOf(String ticketId) {
    return names.computeIfAbsent(ticketId, id -> "ticket-" + (names.size() + 1));
  }

  private static void say(String text) {
    System.out.println(text);
  }

  /** Has the test do something, and waits until it is done. */
  private void order(String what) throws Exception {
    say("» " + what);
    input.readLine();
  }

  private static String stateName(TicketState state) {
    return state.name().replace("TICKET_STATE_", "");
  }

  private Message nextChange(AgentSession session) throws Exception {
    Message change = session.next(Duration.ofSeconds(30));
    if (change instanceof Offer offer) {
      say("change: offer of " + nameOf(offer.getTicketId()) + " from " + offer.getQueue());
    } else if (change instanceof OfferEnded ended) {
      say("change: offer of " + nameOf(ended.getTicketId()) + " ended, " + ended.getReason());
    } else if (change instanceof WorkChanged changed) {
      String state = stateName(changed.getWork().getState()) + (changed.getGone() ? ", gone" : "");
      say("change: " + nameOf(changed.getWork().getTicketId()) + " is " + state);
    } else if (change instanceof AgentState agent) {
      say("change: agent is " + agent.getStatus().name().replace("AGENT_STATUS_", ""));
    }
    return change;
  }

  private interface Call {
    void run() throws Exception;
  }

  private static void refused(String what, Call call) throws Exception {
    try {
      call.run();
    } catch (RuntimeException error) {
      TandemException refusal = TandemException.of(error);
      String fields = refusal.fields().stream().map(field -> " " + field.getField()).collect(Collectors.joining());
      String reason = refusal.reason().name().replace("ERROR_REASON_", "");
      say(what + ": " + refusal.code() + " " + reason + fields);
      return;
    }
    throw new IllegalStateException(what + ": expected a refusal");
  }

  private String ingest(String requestId, Contact.Builder contact) {
    IngestContactRequest request =
        IngestContactRequest.newBuilder().setRequestId(requestId).setContact(contact).build();
    return nameOf(client.ingest().ingestContact(request).getResult().getTicketId());
  }

  private void tellEvents(EventStream stream, int count) {
    for (int told = 0; told < count; ++told) {
      while (events.isEmpty()) {
        events.addAll(stream.next().getEventsList());
      }
      Event event = events.remove();
      say("event: " + event.getType().name().replace("EVENT_TYPE_", "") + " " + nameOf(event.getTicketId()));
    }
  }

  private String claim(AgentSession session) throws Exception {
    ClaimTicketsRequest request = ClaimTicketsRequest.newBuilder().setSession(session.ref()).setQueue("jobs").build();
    String ticket = client.work().claimTickets(request).getTickets(0).getId();
    say("claimed: " + nameOf(ticket));
    nextChange(session);
    return ticket;
  }

  private void run(Path floor) throws Exception {
    Configuration.Builder configuration = Configuration.newBuilder();
    JsonFormat.parser().merge(Files.readString(floor), configuration);
    long revision =
        client
            .configuration()
            .applyConfiguration(ApplyConfigurationRequest.newBuilder().setConfiguration(configuration).build())
            .getRevision();
    say("configured: revision " + revision);

    Contact.Builder chat =
        Contact.newBuilder()
            .setChannel("chat")
            .setClient("acme")
            .setProcessType("support")
            .setSubject("Charged twice");
    say("ingested the first time: " + ingest(REQUEST_ID, chat));
    say("ingested the second time: " + ingest(REQUEST_ID, chat));
    for (int number = 1; number <= 5; ++number) {
      Contact.Builder job =
          Contact.newBuilder()
              .setChannel("task")
              .setClient("acme")
              .setProcessType("bookkeeping")
              .setExternalId("job-" + number);
      say("ingested job-" + number + ": " + ingest("", job));
    }

    ListTicketsRequest listing =
        ListTicketsRequest.newBuilder()
            .setFilter(TicketFilter.newBuilder().setQueue("jobs"))
            .setPageSize(2)
            .build();
    Iterable<ListTicketsResponse> pages = TandemClient.pages(client.tickets()::listTickets, listing);
    for (ListTicketsResponse page : pages) {
      say(
          page.getTicketsList().stream()
              .map(ticket -> nameOf(ticket.getId()))
              .sorted()
              .collect(Collectors.joining(" ", "page: ", "")));
    }

    GetTicketRequest nowhere =
        GetTicketRequest.newBuilder().setTicketId("00000000-0000-7000-8000-000000000000").build();
    refused("no such ticket", () -> client.tickets().getTicket(nowhere));
    refused("a malformed contact", () -> ingest("", Contact.newBuilder().setChannel("chat").setPayloadJson("{")));

    StreamEventsRequest.Builder following =
        StreamEventsRequest.newBuilder()
            .setStart(EventStart.EVENT_START_OLDEST)
            .setFilter(
                EventFilter.newBuilder()
                    .addTypes(EventType.EVENT_TYPE_TICKET_CREATED)
                    .addTypes(EventType.EVENT_TYPE_OFFER_ACCEPTED)
                    .addTypes(EventType.EVENT_TYPE_TICKET_FINISHED)
                    .addTypes(EventType.EVENT_TYPE_TICKET_CLAIMED)
                    .addTypes(EventType.EVENT_TYPE_TICKET_STARTED)
                    .addTypes(EventType.EVENT_TYPE_TICKET_RELEASED)
                    .addTypes(EventType.EVENT_TYPE_TICKET_COMPLETED));
    try (EventStream stream = client.events(following.build())) {
      tellEvents(stream, 6);
      work(stream);
    }
    say("done");
  }

  private void work(EventStream stream) throws Exception {
    AgentSession session = client.session("ana", "desk");
    nextChange(session);
    session.setAvailable();
    nextChange(session);
    Offer offer = (Offer) nextChange(session);

    order("kill the server");
    CompletableFuture<TicketState> accepted =
        CompletableFuture.supplyAsync(() -> session.accept(offer.getOfferId()));
    order("start the server");
    say("accepted: " + stateName(accepted.get()));
    nextChange(session);
    say("finished: " + stateName(session.finish(offer.getTicketId())));
    nextChange(session);
    session.complete(offer.getTicketId(), "solved");
    nextChange(session);

    String job = claim(session);
    session.start(job);
    nextChange(session);
    CompleteTicketRequest judged =
        CompleteTicketRequest.newBuilder()
            .setTicketId(job)
            .setDisposition("solved")
            .setVerdict(ReviewVerdict.REVIEW_VERDICT_APPROVED)
            .build();
    refused("a verdict on no review", () -> session.complete(judged));
    session.complete(job, "solved");
    nextChange(session);
    job = claim(session);
    session.release(job);
    nextChange(session);
    tellEvents(stream, 8);

    refused("an offer that is over", () -> session.accept(offer.getOfferId()));
    try (AgentSession newer = client.session("ana", "phone")) {
      nextChange(newer);
      refused("the older session", () -> nextChange(session));
    }
  }
}
