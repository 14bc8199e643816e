package io.weighbridge.gateway.control;

import io.grpc.stub.StreamObserver;
import io.weighbridge.ledger.LedgerUnavailableException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The edge of every admin call: one answer or one status, whatever happens. Stateless. */
final class Unary {
  private static final Logger LOG = LoggerFactory.getLogger(Unary.class);

  /** Longest reason, so that a record with before and after stays within 16 KiB. */
  static final int REASON_CHARS_MAX = 1_000;

  private Unary() {}

  /** The work of a call. */
  interface Work<A> {
    A run() throws IOException;
  }

  @SuppressWarnings("CatchingUnchecked") // The edge of a call.
  static <A> void answer(StreamObserver<A> observer, Work<A> work) {
    A answer;
    try {
      answer = work.run();
    } catch (AdminException e) {
      observer.onError(e.toStatus());
      return;
    } catch (LedgerUnavailableException e) {
      observer.onError(refused(AdminRefusal.AUDIT_UNAVAILABLE, String.valueOf(e.getMessage())));
      return;
    } catch (IOException e) {
      LOG.error("an admin call failed", e);
      observer.onError(refused(AdminRefusal.STATE_UNAVAILABLE, "see the gateway's log"));
      return;
    } catch (Exception e) {
      LOG.error("an admin call failed", e);
      observer.onError(refused(AdminRefusal.INTERNAL, "see the gateway's log"));
      return;
    }
    observer.onNext(answer);
    observer.onCompleted();
  }

  private static RuntimeException refused(AdminRefusal refusal, String what) {
    return new AdminException(refusal, what).toStatus();
  }

  /** A reason someone gave, without blanks around it. */
  static String reason(String given) {
    String reason = given.strip();
    if (reason.isEmpty()) {
      throw new AdminException(AdminRefusal.REASON_MISSING, "say why; the audit log keeps it");
    }
    if (reason.length() > REASON_CHARS_MAX) {
      throw new AdminException(
          AdminRefusal.REQUEST_MALFORMED,
          "the reason has " + reason.length() + " characters, allowed are " + REASON_CHARS_MAX);
    }
    return reason;
  }
}
