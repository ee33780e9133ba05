package io.tandem;

import com.google.gson.Gson;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors.CheckedForwardingClientCall;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.tandem.v1.AgentServiceGrpc;
import io.tandem.v1.ConfigurationServiceGrpc;
import io.tandem.v1.EventServiceGrpc;
import io.tandem.v1.IngestServiceGrpc;
import io.tandem.v1.MediaServiceGrpc;
import io.tandem.v1.ParticipantServiceGrpc;
import io.tandem.v1.QueueServiceGrpc;
import io.tandem.v1.ReportServiceGrpc;
import io.tandem.v1.ResourceServiceGrpc;
import io.tandem.v1.StreamEventsRequest;
import io.tandem.v1.SupervisorServiceGrpc;
import io.tandem.v1.SystemServiceGrpc;
import io.tandem.v1.TicketServiceGrpc;
import io.tandem.v1.WatchServiceGrpc;
import io.tandem.v1.WebhookServiceGrpc;
import io.tandem.v1.WorkServiceGrpc;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The services of tandem.v1 on a channel with the settings that tandem ships. Each unary call gets the client's workspace
 * and a fresh {@code request_id} where its request has these fields and they are empty, so that gRPC may repeat it. Safe to
 * use from several threads.
 *
 * <p>Messages are in {@code io.tandem.v1}; their comments are the manual. What fails throws gRPC's StatusRuntimeException,
 * of which {@link TandemException#of} makes the reason.
 */
public final class TandemClient implements AutoCloseable {
  private final ManagedChannel channel;
  private final String workspace;

  private TandemClient(ManagedChannel channel, String workspace) {
    this.channel = channel;
    this.workspace = workspace;
  }

  /** A client without encryption. Nothing is sent before the first call. */
  public static TandemClient connect(String address, String workspace) {
    return builder(address).workspace(workspace).build();
  }

  /** A client of the server at {@code address}, "host:port". */
  public static Builder builder(String address) {
    return new Builder(address);
  }

  /** What a client may be told. */
  public static final class Builder {
    private final String address;
    private String workspace = "";
    private ChannelCredentials credentials = InsecureChannelCredentials.create();
    private Supplier<String> token;

    private Builder(String address) {
      this.address = address;
    }

    /** The workspace of requests that name none. */
    public Builder workspace(String workspace) {
      this.workspace = workspace;
      return this;
    }

    /** For a server with TLS, with a client certificate where it asks for one. By default nothing is encrypted. */
    public Builder credentials(ChannelCredentials credentials) {
      this.credentials = credentials;
      return this;
    }

    /**
     * Called before each call; what it returns is sent as {@code authorization: Bearer …}. When it throws, the call fails
     * with UNAVAILABLE; sessions and streams of events try again.
     */
    public Builder token(Supplier<String> token) {
      this.token = token;
      return this;
    }

    public TandemClient build() {
      Map<?, ?> shipped = shippedSettings();
      Map<?, ?> keepalive = (Map<?, ?>) shipped.get("keepalive");
      @SuppressWarnings("unchecked")
      Map<String, ?> serviceConfig = (Map<String, ?>) shipped.get("service_config");
      ManagedChannel channel =
          Grpc.newChannelBuilder(address, credentials)
              .defaultServiceConfig(serviceConfig)
              .enableRetry()
              .keepAliveTime(((Number) keepalive.get("time_ms")).longValue(), TimeUnit.MILLISECONDS)
              .keepAliveTimeout(((Number) keepalive.get("timeout_ms")).longValue(), TimeUnit.MILLISECONDS)
              .intercept(new FillingIn(workspace, token))
              .build();
      return new TandemClient(channel, workspace);
    }

    /** What the SDKs of all languages share. */
    private static Map<?, ?> shippedSettings() {
      try (InputStream file = TandemClient.class.getResourceAsStream("channel.json")) {
        return new Gson().fromJson(new InputStreamReader(file, StandardCharsets.UTF_8), Map.class);
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
    }
  }

  public AgentServiceGrpc.AgentServiceBlockingStub agents() {
    return AgentServiceGrpc.newBlockingStub(channel);
  }

  public ConfigurationServiceGrpc.ConfigurationServiceBlockingStub configuration() {
    return ConfigurationServiceGrpc.newBlockingStub(channel);
  }

  public EventServiceGrpc.EventServiceBlockingStub eventService() {
    return EventServiceGrpc.newBlockingStub(channel);
  }

  public IngestServiceGrpc.IngestServiceBlockingStub ingest() {
    return IngestServiceGrpc.newBlockingStub(channel);
  }

  public MediaServiceGrpc.MediaServiceBlockingStub media() {
    return MediaServiceGrpc.newBlockingStub(channel);
  }

  public ParticipantServiceGrpc.ParticipantServiceBlockingStub participants() {
    return ParticipantServiceGrpc.newBlockingStub(channel);
  }

  public QueueServiceGrpc.QueueServiceBlockingStub queues() {
    return QueueServiceGrpc.newBlockingStub(channel);
  }

  public ReportServiceGrpc.ReportServiceBlockingStub reports() {
    return ReportServiceGrpc.newBlockingStub(channel);
  }

  public ResourceServiceGrpc.ResourceServiceBlockingStub resources() {
    return ResourceServiceGrpc.newBlockingStub(channel);
  }

  public SupervisorServiceGrpc.SupervisorServiceBlockingStub supervisors() {
    return SupervisorServiceGrpc.newBlockingStub(channel);
  }

  public SystemServiceGrpc.SystemServiceBlockingStub system() {
    return SystemServiceGrpc.newBlockingStub(channel);
  }

  public TicketServiceGrpc.TicketServiceBlockingStub tickets() {
    return TicketServiceGrpc.newBlockingStub(channel);
  }

  public WatchServiceGrpc.WatchServiceBlockingStub watch() {
    return WatchServiceGrpc.newBlockingStub(channel);
  }

  public WebhookServiceGrpc.WebhookServiceBlockingStub webhooks() {
    return WebhookServiceGrpc.newBlockingStub(channel);
  }

  public WorkServiceGrpc.WorkServiceBlockingStub work() {
    return WorkServiceGrpc.newBlockingStub(channel);
  }

  /** For stubs of other kinds: {@code TicketServiceGrpc.newFutureStub(client.channel())}. */
  public Channel channel() {
    return channel;
  }

  /**
   * Opens a session of an agent that comes back by itself when the connection is lost; waits for the server to be there.
   * {@code id} is the caller's name of the session: a device or a tab.
   */
  public AgentSession session(String agent, String id) {
    return AgentSession.open(AgentServiceGrpc.newStub(channel), workspace, agent, id);
  }

  /**
   * The messages of StreamEvents. A stream that is lost is opened again by the last token, so no event is missed and none
   * comes twice. Close it to end it.
   */
  public EventStream events(StreamEventsRequest request) {
    return new EventStream(eventService(), request);
  }

  /** The answers of a list call, page after page: {@code TandemClient.pages(client.tickets()::listTickets, request)}. */
  public static <Q extends Message, A extends Message> Iterable<A> pages(Function<Q, A> list, Q request) {
    return () ->
        new Iterator<>() {
          private Q next = request;

          @Override
          public boolean hasNext() {
            return next != null;
          }

          @Override
          @SuppressWarnings("unchecked")
          public A next() {
            A answer = list.apply(next);
            Object token = answer.getField(answer.getDescriptorForType().findFieldByName("next_page_token"));
            FieldDescriptor field = request.getDescriptorForType().findFieldByName("page_token");
            next = "".equals(token) ? null : (Q) next.toBuilder().setField(field, token).build();
            return answer;
          }
        };
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  /** Fills requests in and adds the token. */
  private record FillingIn(String workspace, Supplier<String> token) implements ClientInterceptor {
    private static final Metadata.Key<String> AUTHORIZATION =
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return new CheckedForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        protected void checkedStart(Listener<A> listener, Metadata headers) {
          if (token != null) {
            headers.put(AUTHORIZATION, "Bearer " + tokenNow());
          }
          delegate().start(listener, headers);
        }

        @Override
        @SuppressWarnings("unchecked")
        public void sendMessage(Q request) {
          boolean single = method.getType().clientSendsOneMessage();
          super.sendMessage(single ? (Q) filled((Message) request) : request);
        }
      };
    }

    private String tokenNow() {
      try {
        return token.get();
      } catch (RuntimeException error) {
        throw Status.UNAVAILABLE.withDescription("no token: " + error).withCause(error).asRuntimeException();
      }
    }

    private Message filled(Message request) {
      Message.Builder filled = request.toBuilder();
      fill(filled, "workspace", workspace);
      fill(filled, "request_id", UUID.randomUUID().toString());
      return filled.build();
    }

    private static void fill(Message.Builder request, String name, String value) {
      FieldDescriptor field = request.getDescriptorForType().findFieldByName(name);
      if (field != null && "".equals(request.getField(field))) {
        request.setField(field, value);
      }
    }
  }
}
