import com.google.protobuf.Message;
import io.grpc.Status;
import io.tandem.AgentSession;
import io.tandem.TandemClient;
import io.tandem.TandemException;
import io.tandem.v1.AgentState;
import io.tandem.v1.Offer;
import io.tandem.v1.OfferEnded;
import io.tandem.v1.TicketState;
import io.tandem.v1.WorkChanged;
import java.time.Duration;

/**
 * The session of tests/sdk/README.md in Java.
 *
 * <p>java Session ADDRESS
 */
public final class Session {
  private Session() {}

  public static void main(String[] arguments) throws Exception {
    try (TandemClient client = TandemClient.connect(arguments[0], "acme")) {
      work(client.session("ana", "desk"));
    }
  }

  private static void say(String text) {
    System.out.println(text);
  }

  private static String stateName(TicketState state) {
    return state.name().replace("TICKET_STATE_", "");
  }

  private static void tell(Message change) {
    if (change instanceof Offer offer) {
      say("change: offer of " + offer.getTicketId());
    } else if (change instanceof OfferEnded ended) {
      say("change: offer of " + ended.getTicketId() + " ended, reason \"" + ended.getReason() + "\"");
    } else if (change instanceof WorkChanged changed) {
      String state = stateName(changed.getWork().getState()) + (changed.getGone() ? ", gone" : "");
      say("change: " + changed.getWork().getTicketId() + " is " + state);
    } else if (change instanceof AgentState agent) {
      say("change: agent is " + agent.getStatus().name().replace("AGENT_STATUS_", ""));
    }
  }

  private static void tellNext(AgentSession session, int count) throws InterruptedException {
    for (int told = 0; told < count; ++told) {
      tell(session.next(Duration.ofSeconds(30)));
    }
  }

  private static void complete(AgentSession session) {
    try {
      session.complete("one", "solved");
    } catch (TandemException refusal) {
      say("complete: " + refusal.code() + " " + refusal.reason().name().replace("ERROR_REASON_", ""));
    }
  }

  private static void work(AgentSession session) throws InterruptedException {
    tellNext(session, 5);
    say("accepted: " + stateName(session.accept("offer of three")));
    tellNext(session, 4);
    session.start("three");
    say("started");
    say("finished: " + stateName(session.finish("one")));
    complete(session);
    complete(session);
    session.close();
    try {
      while (true) {
        tell(session.next());
      }
    } catch (TandemException over) {
      say(over.code() == Status.Code.CANCELLED ? "closed" : over.getMessage());
    }
  }
}
