package io.weighbridge.gateway.attestation;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.weighbridge.audit.v1.Attestation;
import io.weighbridge.audit.v1.IntegrityAlarm;
import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.integrity.Digest;
import io.weighbridge.ledger.Ledger;
import io.weighbridge.ledger.RecordId;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes ATTESTATION and INTEGRITY_ALARM records into the ledger. Thread-safe. */
final class AttestationRecords {
  private static final Logger LOG = LoggerFactory.getLogger(AttestationRecords.class);
  private static final int APPEND_SECONDS_MAX = 10;
  private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(1);

  /* A record holds 16 KiB; further models stand in the envelope, whose hash the record has. */
  private static final int MODEL_BYTES_MAX = 12 * 1024;

  private final Ledger ledger;

  AttestationRecords(Ledger ledger) {
    this.ledger = ledger;
  }

  /** The ledger did not take a record. */
  static final class NotRecordedException extends Exception {
    private static final long serialVersionUID = 1;

    NotRecordedException(@Nullable Throwable cause) {
      super("the ledger did not take the record", cause);
    }
  }

  /**
   * One ATTESTATION.
   *
   * @param result verified, late, released, or a reason
   * @param proven what the host says it holds, or null
   * @param envelope as received, or empty
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared as a record.
  record Entry(Host host, String result, @Nullable Proven proven, byte[] envelope) {}

  /** Appends and waits until the record is durable; returns its leaf. */
  long append(Entry entry, Collection<Target> expected) throws NotRecordedException {
    return await(attestation(entry, expected));
  }

  /** Appends an alarm, trying again until it is durable or the gateway stops. */
  void appendAlarm(Host host, Alarm alarm, BooleanSupplier stopping) {
    RecordId id = ledger.reserveId();
    ByteBuffer idBytes = ByteBuffer.allocate(16).putLong(id.high()).putLong(id.low()).flip();
    // With an id of its own it is appended once, however often it is offered.
    Record.Builder builder = alarm(host, alarm).setRecordId(ByteString.copyFrom(idBytes));
    while (true) {
      try {
        await(builder.clone());
        return;
      } catch (NotRecordedException e) {
        LOG.error("alarm {} of host {} is not recorded yet", alarm.reason(), host.id(), e);
      }
      if (stopping.getAsBoolean()) {
        return;
      }
      LockSupport.parkNanos(RETRY_NS);
    }
  }

  private long await(Record.Builder builder) throws NotRecordedException {
    try {
      return ledger.appendDurably(builder).get(APPEND_SECONDS_MAX, TimeUnit.SECONDS).leafIndex();
    } catch (ExecutionException e) {
      throw new NotRecordedException(e.getCause());
    } catch (TimeoutException e) {
      throw new NotRecordedException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NotRecordedException(e);
    }
  }

  private static Record.Builder attestation(Entry entry, Collection<Target> expected) {
    InetSocketAddress address = entry.host().address();
    Attestation.Builder detail =
        Attestation.newBuilder()
            .setHostId(entry.host().id())
            .setAddress(address.getHostString() + ":" + address.getPort())
            .setResult(entry.result());
    if (entry.envelope().length > 0) {
      detail.setEnvelopeSha256(bytes(Digest.sha256(entry.envelope())));
    }
    Proven proven = entry.proven();
    if (proven != null) {
      detail.setBinding(proven.binding());
      detail.setBootId(ByteString.copyFrom(HexFormat.of().parseHex(proven.bootId())));
      addModels(detail, proven, expected, true);
      addModels(detail, proven, expected, false);
    }
    return Record.newBuilder().setKind(Kind.KIND_ATTESTATION).setAttestation(detail);
  }

  /** The configured ones go first, so that they are never the ones left out. */
  private static void addModels(
      Attestation.Builder detail,
      Proven proven,
      Collection<Target> expected,
      boolean configuredWanted) {
    int sizeBytes = detail.buildPartial().getSerializedSize();
    for (Map.Entry<Proven.Version, Proven.Held> entry : proven.models().entrySet()) {
      Target target = find(expected, entry.getKey());
      if ((target != null) != configuredWanted) {
        continue;
      }
      Proven.Held held = entry.getValue();
      Attestation.ProvedModel model =
          Attestation.ProvedModel.newBuilder()
              .setName(entry.getKey().model())
              .setVersion(entry.getKey().version())
              .setDigest(bytes(Digest.parse(held.digest())))
              .setLoadGeneration(held.loadGeneration())
              .setHashPoint(held.hashPoint())
              .setExpected(target != null && ProofCheck.isExpected(target, held))
              .build();
      sizeBytes += model.getSerializedSize() + 4;
      if (sizeBytes > MODEL_BYTES_MAX) {
        return;
      }
      detail.addModels(model);
    }
  }

  private static @Nullable Target find(Collection<Target> targets, Proven.Version version) {
    for (Target target : targets) {
      if (target.model().equals(version.model()) && target.version().equals(version.version())) {
        return target;
      }
    }
    return null;
  }

  private static Record.Builder alarm(Host host, Alarm alarm) {
    IntegrityAlarm.Builder detail =
        IntegrityAlarm.newBuilder()
            .setHostId(host.id())
            .setModel(alarm.model())
            .setVersion(alarm.version())
            .setReason(alarm.reason());
    if (!alarm.expected().isEmpty()) {
      detail.setExpected(bytes(Digest.parse(alarm.expected())));
    }
    if (!alarm.observed().isEmpty()) {
      detail.setObserved(observed(alarm.observed()));
    }
    return Record.newBuilder().setKind(Kind.KIND_INTEGRITY_ALARM).setIntegrityAlarm(detail);
  }

  /** A header may hold anything: what is no digest is recorded by its own hash. */
  private static ByteString observed(String text) {
    try {
      return bytes(Digest.parse(text));
    } catch (IllegalArgumentException e) {
      return bytes(Digest.sha256(text.getBytes(UTF_8)));
    }
  }

  private static ByteString bytes(Digest digest) {
    return ByteString.copyFrom(digest.bytes());
  }
}
