package io.tandem;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.MethodDescriptor;
import io.tandem.v1.AgentServiceGrpc;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many threads write to one stream of a session at once: a stream takes one at a time. Each write lingers after its message
 * is on its way, so that an answer can come before it returns.
 *
 * <p>java io.tandem.Writers ADDRESS
 */
public final class Writers implements ClientInterceptor {
  private static final long LINGER_MS = 300;
  private final AtomicInteger most = new AtomicInteger();

  public static void main(String[] arguments) {
    Writers writers = new Writers();
    try (TandemClient client = TandemClient.connect(arguments[0], "acme");
        AgentSession session =
            AgentSession.open(
                AgentServiceGrpc.newStub(client.channel()).withInterceptors(writers), "acme", "ana", "desk")) {
      session.setAvailable();
    }
    System.out.println("at most " + writers.most + " at once");
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    AtomicInteger writing = new AtomicInteger();
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void sendMessage(Q message) {
        most.accumulateAndGet(writing.incrementAndGet(), Math::max);
        super.sendMessage(message);
        try {
          Thread.sleep(LINGER_MS);
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
        }
        writing.decrementAndGet();
      }
    };
  }
}
