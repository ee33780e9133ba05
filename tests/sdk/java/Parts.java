import io.grpc.StatusRuntimeException;
import io.tandem.AgentSession;
import io.tandem.TandemClient;
import io.tandem.TandemException;
import io.tandem.v1.ErrorReason;
import io.tandem.v1.GetTicketRequest;
import io.tandem.v1.Offer;

/** The parts of programs that the README of the SDK shows, each in place of its number: they have to compile. */
final class Parts {
  private final TandemClient client = TandemClient.connect("127.0.0.1:9400", "starter");

  void errors(GetTicketRequest request) {
    /* part 1 */
  }

  void sessions() throws InterruptedException {
    /* part 2 */
  }
}
