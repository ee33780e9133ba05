package io.tandem;

import com.google.protobuf.Message;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.tandem.v1.AcceptOfferRequest;
import io.tandem.v1.AgentServiceGrpc.AgentServiceStub;
import io.tandem.v1.AgentSnapshot;
import io.tandem.v1.AgentStatus;
import io.tandem.v1.CloseSessionRequest;
import io.tandem.v1.CompleteTicketRequest;
import io.tandem.v1.DeclineCause;
import io.tandem.v1.DeclineOfferRequest;
import io.tandem.v1.FinishTicketRequest;
import io.tandem.v1.OpenSessionRequest;
import io.tandem.v1.ParkTicketRequest;
import io.tandem.v1.ReleaseTicketRequest;
import io.tandem.v1.SessionRef;
import io.tandem.v1.SetAgentStatusRequest;
import io.tandem.v1.StartTicketRequest;
import io.tandem.v1.StreamAgentSessionRequest;
import io.tandem.v1.StreamAgentSessionResponse;
import io.tandem.v1.TicketState;
import io.tandem.v1.VerbResult;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What an agent has, by {@link #next}, and what the agent does, as methods, in a session that survives lost connections and
 * restarts of the server.
 *
 * <p>Changes are messages of agent_service.proto: Offer, OfferEnded, WorkChanged and AgentState. The first ones tell what the
 * agent has when the session opens. After a cut the session opens again, and only what differs from what was told comes: an
 * offer is told once, and one that is gone meanwhile is an OfferEnded with an empty reason. A change tells the newest state;
 * states in between may be left out.
 *
 * <p>A method returns when its verb was decided, and throws a {@link TandemException} when it was refused. A verb that was
 * under way during a cut, or that the server could not decide (UNAVAILABLE, OVERLOADED), is sent again, with growing pauses,
 * and takes effect once. The session is lost for good when another one of the agent takes over (SESSION_FENCED). After a long
 * cut the agent is OFFLINE and stays so until {@link #setAvailable}: whether somebody is still there, only the program knows.
 *
 * <p>Methods may be called from any thread; one thread calls {@code next}.
 */
public final class AgentSession implements AutoCloseable {
  /** How long close() waits for the server to take the log-out. */
  private static final long CLOSE_MS = 5000;

  /** Makes a verb's message of a session and a request id. */
  private interface Verb {
    StreamAgentSessionRequest.Builder by(SessionRef session, String requestId);
  }

  private static final class Pending {
    private final Verb verb;
    private final CompletableFuture<VerbResult> decided = new CompletableFuture<>();
    private final Pauses pauses = new Pauses();
    private StreamAgentSessionRequest message;
    private long generation;

    private Pending(Verb verb) {
      this.verb = verb;
    }
  }

  private final AgentServiceStub agents;
  private final StreamAgentSessionRequest open;
  private final String agent;
  private final CompletableFuture<Void> opened = new CompletableFuture<>();
  private final ScheduledExecutorService later;
  private final Pauses pauses = new Pauses();
  private final Told told = new Told();
  private final Queue<Message> changes = new ArrayDeque<>();
  private final SortedMap<Long, Pending> verbs = new TreeMap<>(); // Not decided yet, by tag.
  private AgentSnapshot snapshot;
  private StreamObserver<StreamAgentSessionRequest> upward; // Of the stream that is open now.
  private long lastTag;
  private boolean closing;
  private TandemException lost;

  private AgentSession(AgentServiceStub agents, String workspace, String agent, String id) {
    this.agents = agents;
    this.agent = agent;
    open =
        StreamAgentSessionRequest.newBuilder()
            .setOpen(OpenSessionRequest.newBuilder().setWorkspace(workspace).setAgent(agent).setSessionId(id))
            .build();
    later =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "tandem session " + agent);
              thread.setDaemon(true);
              return thread;
            });
  }

  static AgentSession open(AgentServiceStub agents, String workspace, String agent, String id) {
    AgentSession session = new AgentSession(agents, workspace, agent, id);
    session.follow();
    join(session.opened);
    return session;
  }

  /** The next change. Throws when the session is over. */
  public Message next() throws InterruptedException {
    return next(null);
  }

  /** The next change, or null when none comes in time. Throws when the session is over. */
  public synchronized Message next(Duration timeout) throws InterruptedException {
    long end = timeout == null ? Long.MAX_VALUE : System.nanoTime() + timeout.toNanos();
    while (changes.isEmpty()) {
      if (lost != null) {
        throw lost;
      }
      if (timeout == null) {
        wait();
      } else {
        long leftMs = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (leftMs <= 0) {
          return null;
        }
        wait(leftMs);
      }
    }
    return changes.remove();
  }

  /** What unary calls for the agent carry, for example ClaimTickets. */
  public synchronized SessionRef ref() {
    return SessionRef.newBuilder().setAgent(agent).setGeneration(snapshot.getGeneration()).build();
  }

  /** The newest one: the reasons and dispositions that a desktop offers to choose from. */
  public synchronized AgentSnapshot snapshot() {
    return snapshot;
  }

  public void setAvailable() {
    setStatus(AgentStatus.AGENT_STATUS_AVAILABLE, "");
  }

  public void setNotReady(String reason) {
    setStatus(AgentStatus.AGENT_STATUS_NOT_READY, reason);
  }

  private void setStatus(AgentStatus status, String reason) {
    run(
        (session, id) ->
            up().setSetStatus(
                    SetAgentStatusRequest.newBuilder()
                        .setSession(session)
                        .setRequestId(id)
                        .setStatus(status)
                        .setReason(reason)));
  }

  /** Returns the ticket's state: CONNECTING or ACTIVE. */
  public TicketState accept(String offerId) {
    return run(
        (session, id) ->
            up().setAccept(
                    AcceptOfferRequest.newBuilder().setSession(session).setRequestId(id).setOfferId(offerId)));
  }

  public void decline(String offerId, DeclineCause cause) {
    run(
        (session, id) ->
            up().setDecline(
                    DeclineOfferRequest.newBuilder()
                        .setSession(session)
                        .setRequestId(id)
                        .setOfferId(offerId)
                        .setCause(cause)));
  }

  public void start(String ticketId) {
    run(
        (session, id) ->
            up().setStart(
                    StartTicketRequest.newBuilder().setSession(session).setRequestId(id).setTicketId(ticketId)));
  }

  /** Returns the ticket's state: WRAP_UP or COMPLETED. */
  public TicketState finish(String ticketId) {
    return run(
        (session, id) ->
            up().setFinish(
                    FinishTicketRequest.newBuilder().setSession(session).setRequestId(id).setTicketId(ticketId)));
  }

  public void complete(String ticketId, String disposition) {
    complete(CompleteTicketRequest.newBuilder().setTicketId(ticketId).setDisposition(disposition).build());
  }

  /** With all that a completion may say: a review's verdict and comment, follow-ups. */
  public void complete(CompleteTicketRequest request) {
    run((session, id) -> up().setComplete(request.toBuilder().setSession(session).setRequestId(id)));
  }

  public void release(String ticketId) {
    run(
        (session, id) ->
            up().setRelease(
                    ReleaseTicketRequest.newBuilder().setSession(session).setRequestId(id).setTicketId(ticketId)));
  }

  public void park(ParkTicketRequest request) {
    run((session, id) -> up().setPark(request.toBuilder().setSession(session).setRequestId(id)));
  }

  /** Logs the agent out. Repeated, it does nothing. */
  @Override
  public synchronized void close() {
    closing = true;
    if (upward != null) {
      sendClose();
    }
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MS);
    try {
      for (long left = CLOSE_MS; lost == null && left > 0; ) {
        wait(left);
        left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    end(null);
  }

  private static StreamAgentSessionRequest.Builder up() {
    return StreamAgentSessionRequest.newBuilder();
  }

  private TicketState run(Verb verb) {
    Pending pending = new Pending(verb);
    synchronized (this) {
      if (lost != null) {
        throw lost;
      }
      long tag = ++lastTag;
      verbs.put(tag, pending);
      sign(tag, pending);
      send(tag);
    }
    VerbResult result = join(pending.decided);
    if (result.getCode() != 0) {
      throw refusalOf(result);
    }
    return result.getTicketState();
  }

  private static <T> T join(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException error) {
      throw TandemException.of(error.getCause());
    }
  }

  private static TandemException refusalOf(VerbResult result) {
    return new TandemException(
        Status.fromCodeValue(result.getCode()).getCode(), result.getMessage(), result.getReason());
  }

  /** Makes a verb of this generation of it, which takes effect once however often it is sent. */
  private void sign(long tag, Pending pending) {
    SessionRef session = ref();
    pending.generation = session.getGeneration();
    pending.message = pending.verb.by(session, UUID.randomUUID().toString()).setTag(tag).build();
  }

  private synchronized void send(long tag) {
    Pending pending = verbs.get(tag);
    if (upward != null && pending != null) {
      upward.onNext(pending.message);
    }
  }

  private void sendClose() {
    upward.onNext(up().setClose(CloseSessionRequest.getDefaultInstance()).build());
  }

  /** Opens a stream; what becomes of it comes to Down. */
  private void follow() {
    Down down = new Down();
    StreamObserver<StreamAgentSessionRequest> stream = agents.streamAgentSession(down);
    down.stream = stream;
    synchronized (this) { // A stream takes one writer at a time, and the answer may come before this one is through.
      stream.onNext(open);
    }
  }

  private synchronized void cut(TandemException error) {
    upward = null;
    if (closing || lost != null) {
      end(null);
    } else if (error != null && !error.isPassing()) {
      end(error);
    } else {
      later.schedule(this::follow, pauses.nextMs(), TimeUnit.MILLISECONDS);
    }
  }

  private void end(TandemException error) {
    if (lost != null) {
      return;
    }
    lost = error != null ? error : new TandemException(Status.Code.CANCELLED, "the session was closed", "");
    opened.completeExceptionally(lost);
    verbs.values().forEach(pending -> pending.decided.completeExceptionally(lost));
    verbs.clear();
    later.shutdown();
    notifyAll();
  }

  private synchronized void take(StreamAgentSessionResponse message, StreamObserver<StreamAgentSessionRequest> stream) {
    switch (message.getMessageCase()) {
      case OPENED -> {
        pauses.restart();
        snapshot = message.getOpened();
        upward = stream;
        told.difference(snapshot).forEach(this::tell);
        verbs.keySet().forEach(this::send);
        if (closing) {
          sendClose();
        }
        opened.complete(null);
      }
      case RESULT -> takeResult(message.getResult());
      case OFFER -> tell(message.getOffer());
      case OFFER_ENDED -> tell(message.getOfferEnded());
      case WORK_CHANGED -> tell(message.getWorkChanged());
      case STATE_CHANGED -> tell(message.getStateChanged());
      case MESSAGE_NOT_SET -> {}
    }
  }

  private void takeResult(VerbResult result) {
    Pending pending = verbs.get(result.getTag());
    if (pending == null) {
      return;
    }
    if (isUndecided(result)) {
      StreamObserver<StreamAgentSessionRequest> stream = upward;
      later.schedule(() -> repeat(result.getTag(), stream), pending.pauses.nextMs(), TimeUnit.MILLISECONDS);
    } else if (result.getReason().equals("SESSION_FENCED") && pending.generation < snapshot.getGeneration()) {
      // It was sent before the cut and not taken: this generation may say it anew.
      sign(result.getTag(), pending);
      send(result.getTag());
    } else {
      verbs.remove(result.getTag());
      pending.decided.complete(result);
    }
  }

  /**
   * Perhaps done, perhaps not: the same again is safe. Whatever else may pass is for the program to know, a full queue among
   * it: that may last for hours.
   */
  private static boolean isUndecided(VerbResult result) {
    return result.getCode() == Status.Code.UNAVAILABLE.value() || result.getReason().equals("OVERLOADED");
  }

  /** On the stream that gave the result: a newer one got all verbs when it was opened. */
  private synchronized void repeat(long tag, StreamObserver<StreamAgentSessionRequest> stream) {
    if (stream == upward) {
      send(tag);
    }
  }

  private void tell(Message change) {
    if (told.isNews(change)) {
      changes.add(change);
      notifyAll();
    }
  }

  /** What comes down one stream. */
  private final class Down implements StreamObserver<StreamAgentSessionResponse> {
    private volatile StreamObserver<StreamAgentSessionRequest> stream;

    @Override
    public void onNext(StreamAgentSessionResponse message) {
      take(message, stream);
    }

    @Override
    public void onError(Throwable error) {
      cut(TandemException.of(error));
    }

    @Override
    public void onCompleted() {
      cut(null);
    }
  }
}
