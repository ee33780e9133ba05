package io.tandem;

import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.tandem.v1.EventServiceGrpc.EventServiceBlockingStub;
import io.tandem.v1.EventStart;
import io.tandem.v1.StreamEventsRequest;
import io.tandem.v1.StreamEventsResponse;
import java.util.Iterator;

/** See {@link TandemClient#events}. One thread reads; any thread may close. */
public final class EventStream implements Iterator<StreamEventsResponse>, AutoCloseable {
  private final EventServiceBlockingStub service;
  private final Context.CancellableContext life = Context.ROOT.withCancellation();
  private final Pauses pauses = new Pauses();
  private StreamEventsRequest request;
  private Iterator<StreamEventsResponse> stream;

  EventStream(EventServiceBlockingStub service, StreamEventsRequest request) {
    this.service = service;
    this.request = request;
  }

  /** Always: a stream ends by an exception, or is closed. */
  @Override
  public boolean hasNext() {
    return true;
  }

  /** The next message; throws a {@link TandemException} when the stream can't go on. */
  @Override
  public StreamEventsResponse next() {
    while (true) {
      try {
        if (stream == null) {
          stream = life.call(() -> service.streamEvents(request));
        }
        if (stream.hasNext()) {
          StreamEventsResponse message = stream.next();
          request =
              request.toBuilder()
                  .setResumeToken(message.getResumeToken())
                  .setStart(EventStart.EVENT_START_UNSPECIFIED)
                  .build();
          pauses.restart();
          return message;
        }
      } catch (StatusRuntimeException error) {
        TandemException refusal = TandemException.of(error);
        if (life.isCancelled() || !refusal.isPassing()) {
          throw refusal;
        }
      } catch (Exception error) {
        throw new IllegalStateException(error);
      }
      stream = null;
      try {
        Thread.sleep(pauses.nextMs());
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw TandemException.of(interrupted);
      }
    }
  }

  @Override
  public void close() {
    life.cancel(null);
  }
}
