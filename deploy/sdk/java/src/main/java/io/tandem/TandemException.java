package io.tandem;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.tandem.v1.ErrorReason;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A call that did not succeed, with a reason to switch on. */
public final class TandemException extends RuntimeException {
  private static final String DOMAIN = "tandem";
  private static final String PREFIX = "ERROR_REASON_";

  private final Status.Code code;
  private final String reasonName;
  private final Map<String, String> metadata;
  private final List<BadRequest.FieldViolation> fields;
  private final Duration retryAfter;

  TandemException(Status.Code code, String message, String reasonName) {
    this(code, message, reasonName, Map.of(), List.of(), null, null);
  }

  private TandemException(
      Status.Code code,
      String message,
      String reasonName,
      Map<String, String> metadata,
      List<BadRequest.FieldViolation> fields,
      Duration retryAfter,
      Throwable cause) {
    super(code + (reasonName.isEmpty() ? "" : " " + reasonName) + ": " + message, cause);
    this.code = code;
    this.reasonName = reasonName;
    this.metadata = metadata;
    this.fields = fields;
    this.retryAfter = retryAfter;
  }

  /** From what gRPC throws. */
  public static TandemException of(Throwable error) {
    if (error instanceof TandemException known) {
      return known;
    }
    Status status = Status.fromThrowable(error);
    String reasonName = "";
    Map<String, String> metadata = Map.of();
    List<BadRequest.FieldViolation> fields = List.of();
    Duration retryAfter = null;
    com.google.rpc.Status said = StatusProto.fromThrowable(error);
    try {
      for (Any detail : said == null ? List.<Any>of() : said.getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          ErrorInfo info = detail.unpack(ErrorInfo.class);
          if (info.getDomain().equals(DOMAIN)) {
            reasonName = info.getReason();
            metadata = info.getMetadataMap();
          }
        } else if (detail.is(BadRequest.class)) {
          fields = detail.unpack(BadRequest.class).getFieldViolationsList();
        } else if (detail.is(RetryInfo.class)) {
          com.google.protobuf.Duration delay = detail.unpack(RetryInfo.class).getRetryDelay();
          retryAfter = Duration.ofSeconds(delay.getSeconds(), delay.getNanos());
        }
      }
    } catch (InvalidProtocolBufferException malformed) {
      error.addSuppressed(malformed);
    }
    String message = status.getDescription() == null ? "" : status.getDescription();
    return new TandemException(status.getCode(), message, reasonName, metadata, fields, retryAfter, error);
  }

  public Status.Code code() {
    return code;
  }

  /**
   * UNSPECIFIED when the server did not say one: it was not reached, or it is newer than this package, which {@link
   * #reasonName} tells apart.
   */
  public ErrorReason reason() {
    try {
      return ErrorReason.valueOf(PREFIX + reasonName);
    } catch (IllegalArgumentException unknown) {
      return ErrorReason.ERROR_REASON_UNSPECIFIED;
    }
  }

  public String reasonName() {
    return reasonName;
  }

  /** Belongs to the reason. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Which fields of a malformed request, and what was expected of each. */
  public List<BadRequest.FieldViolation> fields() {
    return fields;
  }

  /** How long to wait before trying again; null when the server did not say. */
  public Duration retryAfter() {
    return retryAfter;
  }

  /** Whether the same call may succeed later: the server was away, is busy, or the connection was lost. */
  public boolean isPassing() {
    return switch (code) {
      case UNAVAILABLE, RESOURCE_EXHAUSTED -> true;
      case CANCELLED, INTERNAL, UNKNOWN -> reasonName.isEmpty();
      default -> false;
    };
  }
}
