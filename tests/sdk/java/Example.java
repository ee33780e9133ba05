import io.tandem.TandemClient;
import io.tandem.v1.Contact;
import io.tandem.v1.IngestContactRequest;

/** The example that the README of the SDK begins with, in place of its number. */
public class Example {
  public static void main(String[] arguments) {
    /* part 1 */
  }
}
