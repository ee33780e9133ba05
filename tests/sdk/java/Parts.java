import io.grpc.ChannelCredentials;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.tandem.AgentSession;
import io.tandem.TandemClient;
import io.tandem.TandemException;
import io.tandem.v1.ErrorReason;
import io.tandem.v1.GetTicketRequest;
import io.tandem.v1.Offer;
import java.io.File;
import java.io.IOException;

/** The parts of programs that the README of the SDK shows, each in place of its number: they have to compile. */
final class Parts {
  private final TandemClient client = TandemClient.connect("127.0.0.1:9400", "starter");

  void encryption() throws IOException {
    /* part 1 */
    encrypted.close();
  }

  void errors(GetTicketRequest request) {
    /* part 2 */
  }

  void sessions() throws InterruptedException {
    /* part 3 */
  }
}
