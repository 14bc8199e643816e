package io.weighbridge.cli.connect;

import com.google.rpc.ErrorInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.ExitCode;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What the failure of a call means to the person who typed the command. */
public final class GrpcFailures {
  private GrpcFailures() {}

  static CliException explain(StatusRuntimeException failure, Endpoint endpoint) {
    Status status = failure.getStatus();
    String said = status.getDescription() == null ? "" : status.getDescription();
    return switch (status.getCode()) {
      case UNAVAILABLE ->
          answered(status, failure.getTrailers())
              ? notNow(said, failure)
              : unreachable(said, failure, endpoint);
      case DEADLINE_EXCEEDED ->
          new CliException(
              ExitCode.TRY_LATER,
              "the gateway at " + endpoint + " took too long",
              said,
              "--timeout SECONDS",
              failure);
      case UNAUTHENTICATED ->
          new CliException(
              ExitCode.NOT_ALLOWED,
              "the gateway does not know this admin key",
              said,
              "--key-file FILE; the gateway writes state/admin.key at its first start",
              failure);
      case PERMISSION_DENIED ->
          new CliException(
              ExitCode.NOT_ALLOWED,
              "this admin key may not do that",
              said,
              "a key with another role: weighbridge key create --role operator|auditor|admin",
              failure);
      case ABORTED ->
          new CliException(
              ExitCode.TRY_LATER,
              "somebody else changed it in between",
              said,
              "look again, then repeat the command",
              failure);
      case FAILED_PRECONDITION ->
          new CliException(ExitCode.NO, "refused", said, "weighbridge host list", failure);
      case INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, OUT_OF_RANGE ->
          new CliException(ExitCode.BAD_INPUT, "refused", said, "see --help", failure);
      case RESOURCE_EXHAUSTED ->
          new CliException(ExitCode.TRY_LATER, "refused", said, "wait, then repeat", failure);
      case UNIMPLEMENTED ->
          new CliException(
              ExitCode.BAD_INPUT,
              endpoint + " is no admin listener that knows this command",
              said,
              "--admin ADDRESS; its port is not the one for predict, and its release may be older",
              failure);
      default ->
          status.getCause() == null
              ? new CliException(
                  ExitCode.INTERNAL,
                  "the gateway failed with " + status.getCode(),
                  said,
                  "its log; again with --debug",
                  failure)
              : unreachable(said, failure, endpoint);
    };
  }

  /** Whether the gateway itself says so: what fails on the way to it has no reason of ours. */
  public static boolean answered(Status status, @Nullable Metadata trailers) {
    com.google.rpc.Status details = StatusProto.fromStatusAndTrailers(status, trailers);
    return details != null
        && details.getDetailsList().stream().anyMatch(detail -> detail.is(ErrorInfo.class));
  }

  // A change may be stored although its record, or the answer, could not be made.
  private static CliException notNow(String said, StatusRuntimeException failure) {
    return new CliException(
        ExitCode.TRY_LATER,
        "the gateway cannot do that now",
        said,
        "its log; look whether a change took effect (traffic show, host list, key list) before you"
            + " repeat it",
        failure);
  }

  private static CliException unreachable(
      String said, StatusRuntimeException failure, Endpoint endpoint) {
    return new CliException(
        ExitCode.UNREACHABLE,
        "the gateway at " + endpoint + " does not answer",
        reason(said, failure.getStatus()),
        tls(failure)
            ? "--ca FILE with the root of its certificate, and --server-name NAME"
            : "weighbridge gateway --config FILE, or --admin ADDRESS; --ca FILE if it speaks TLS",
        failure);
  }

  private static String reason(String said, Status status) {
    Throwable cause = status.getCause();
    while (cause instanceof SSLException && cause.getCause() != null) {
      cause = cause.getCause(); // What was wrong with the certificate is said innermost.
    }
    return cause == null || cause.getMessage() == null ? said : cause.getMessage();
  }

  private static boolean tls(StatusRuntimeException failure) {
    return failure.getStatus().getCause() instanceof SSLException;
  }
}
