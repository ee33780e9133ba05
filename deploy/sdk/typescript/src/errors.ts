// Refusals, as errors with a reason that programs can switch on.

import { ClientError, type Metadata, Status } from "nice-grpc-common";

import { BadRequest, type BadRequest_FieldViolation, ErrorInfo, RetryInfo } from "./google/rpc/error_details.js";
import { Status as RpcStatus } from "./google/rpc/status.js";
import { ErrorReason } from "./tandem/v1/error.js";

export { ErrorReason, Status };

const DOMAIN = "tandem";

/** What the server says beside code and message. */
export interface Details {
  reasonName: string;
  metadata: Record<string, string>;
  fields: BadRequest_FieldViolation[];
  retryAfterMs: number | undefined;
}

const NO_DETAILS: Details = { reasonName: "", metadata: {}, fields: [], retryAfterMs: undefined };

/** A call that did not succeed. */
export class TandemError extends Error {
  override readonly name = "TandemError";
  /** UNSPECIFIED when the server did not say one: it was not reached, or it is newer than this package, which
   * `reasonName` tells apart. */
  readonly reason: ErrorReason;
  readonly reasonName: string;
  /** Belongs to the reason. */
  readonly metadata: Record<string, string>;
  /** Which fields of a malformed request, and what was expected of each. */
  readonly fields: BadRequest_FieldViolation[];
  /** How long to wait before trying again, if the server said so. */
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly code: Status,
    readonly details: string,
    said: Partial<Details> = {},
  ) {
    const { reasonName, metadata, fields, retryAfterMs } = { ...NO_DETAILS, ...said };
    super([`${Status[code]}${reasonName && ` ${reasonName}`}`, details].join(": "));
    this.reasonName = reasonName;
    this.reason = ErrorReason[reasonName as keyof typeof ErrorReason] ?? ErrorReason.UNSPECIFIED;
    this.metadata = metadata;
    this.fields = fields;
    this.retryAfterMs = retryAfterMs;
  }

  /** From what the call threw and the trailers it came with. */
  static of(error: ClientError, trailer?: Metadata): TandemError {
    return new TandemError(error.code, error.details, detailsOf(trailer));
  }

  /** Whether the same call may succeed later: the server was away, is busy, or the connection was lost. */
  get isPassing(): boolean {
    if (this.code === Status.UNAVAILABLE || this.code === Status.RESOURCE_EXHAUSTED) {
      return true;
    }
    return this.reasonName === "" && [Status.CANCELLED, Status.INTERNAL, Status.UNKNOWN].includes(this.code);
  }
}

function detailsOf(trailer: Metadata | undefined): Partial<Details> {
  const said: Partial<Details> = {};
  const bytes = trailer?.get("grpc-status-details-bin");
  if (!bytes) {
    return said;
  }
  for (const { typeUrl, value } of RpcStatus.decode(bytes).details) {
    switch (typeUrl.slice(typeUrl.lastIndexOf("/") + 1)) {
      case "google.rpc.ErrorInfo": {
        const info = ErrorInfo.decode(value);
        if (info.domain === DOMAIN) {
          said.reasonName = info.reason;
          said.metadata = info.metadata;
        }
        break;
      }
      case "google.rpc.BadRequest":
        said.fields = BadRequest.decode(value).fieldViolations;
        break;
      case "google.rpc.RetryInfo": {
        const delay = RetryInfo.decode(value).retryDelay;
        said.retryAfterMs = delay && Number(delay.seconds) * 1e3 + delay.nanos / 1e6;
        break;
      }
    }
  }
  return said;
}
