package io.weighbridge.host.serve;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.MethodDescriptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.weighbridge.attest.v1.AttestRequest;
import io.weighbridge.attest.v1.AttestResponse;
import io.weighbridge.attest.v1.AttestationServiceGrpc;
import io.weighbridge.attest.v1.FileDigest;
import io.weighbridge.attest.v1.HashPoint;
import io.weighbridge.attest.v1.HostStatement;
import io.weighbridge.attest.v1.LoadedModel;
import io.weighbridge.host.repository.Generation;
import io.weighbridge.host.repository.ModelRepository;
import io.weighbridge.integrity.Digest;
import io.weighbridge.integrity.HostKey;
import io.weighbridge.integrity.HostStatements;
import io.weighbridge.integrity.ModelManifest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * Answers a gateway's challenge with a signed statement of what is loaded. Thread-safe.
 *
 * <p>Takes the request as the bytes that arrived: those are what the statement's challenge hash is
 * of, whatever way the gateway wrote them.
 */
final class AttestationEndpoint {
  /* A nonce, an id and a number. */
  private static final int CHALLENGE_BYTES_MAX = 64 << 10;

  private final Host host;
  private final ModelRepository repository;
  private final CallTally tally;
  private final PeerRates peerRates;
  private final RateLimit rateLimit;

  /** Who speaks. */
  record Host(String id, HostKey key, ByteString bootId, Instant startedAt) {}

  AttestationEndpoint(
      Host host,
      ModelRepository repository,
      CallTally tally,
      int perSecondMax,
      LongSupplier nanoClock) {
    this.host = host;
    this.repository = repository;
    this.tally = tally;
    this.peerRates = new PeerRates(perSecondMax, nanoClock);
    this.rateLimit = new RateLimit(perSecondMax, nanoClock);
  }

  ServerServiceDefinition service() {
    MethodDescriptor<AttestRequest, AttestResponse> method =
        AttestationServiceGrpc.getAttestMethod();
    MethodDescriptor<byte[], AttestResponse> raw =
        method.toBuilder(new Bytes(), method.getResponseMarshaller()).build();
    ServerServiceDefinition service =
        ServerServiceDefinition.builder(AttestationServiceGrpc.SERVICE_NAME)
            .addMethod(raw, ServerCalls.asyncUnaryCall(this::attest))
            .build();
    return ServerInterceptors.intercept(service, peerRates);
  }

  private void attest(byte[] request, StreamObserver<AttestResponse> observer) {
    try {
      AttestResponse response = answer(request);
      observer.onNext(response);
      observer.onCompleted();
    } catch (StatusRuntimeException e) {
      observer.onError(e);
    }
  }

  private AttestResponse answer(byte[] bytes) {
    if (!peerRates.tryAcquire()) {
      throw CallError.RATE_LIMITED.because(
          "at most " + peerRates.perSecond() + " attestations a second from one address");
    }
    if (!rateLimit.tryAcquire()) {
      throw CallError.RATE_LIMITED.because(
          "at most " + rateLimit.perSecond() + " attestations a second");
    }
    if (bytes.length > CHALLENGE_BYTES_MAX) {
      throw CallError.REQUEST_MALFORMED.because(
          "the challenge is longer than " + CHALLENGE_BYTES_MAX + " bytes");
    }
    AttestRequest request;
    try {
      request = AttestRequest.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw CallError.REQUEST_MALFORMED.because("the challenge is not an AttestRequest");
    }
    if (request.getNonce().size() != HostStatements.NONCE_BYTES) {
      throw CallError.REQUEST_MALFORMED.because(
          "nonce: expected %d bytes, found %d"
              .formatted(HostStatements.NONCE_BYTES, request.getNonce().size()));
    }
    HostStatement statement = statement(request, bytes);
    ByteString envelope = ByteString.copyFrom(HostStatements.sign(statement, host.key));
    return AttestResponse.newBuilder().setEnvelope(envelope).build();
  }

  private HostStatement statement(AttestRequest request, byte[] bytes) {
    HostStatement.Builder statement =
        HostStatement.newBuilder()
            .setNonce(request.getNonce())
            .setChallengeHash(raw(Digest.sha256(bytes)))
            .setGatewayId(request.getGatewayId())
            .setHostId(host.id)
            .setBootId(host.bootId)
            .setTlsPublicKeyHash(TlsBinding.SHOWN_KEY_HASH.get())
            .setProcessStartedAt(unixNs(host.startedAt))
            .setCounters(
                tally.challenged(
                    new CallTally.Peer(request.getGatewayId(), request.getBootEpoch())));
    repository.all().forEach(generation -> statement.addModels(loaded(generation)));
    return statement.build();
  }

  private static LoadedModel loaded(Generation generation) {
    LoadedModel.Builder model =
        LoadedModel.newBuilder()
            .setName(generation.identity().name())
            .setVersion(generation.identity().version())
            .setLoadGeneration(generation.identity().number())
            .setRootDigest(raw(generation.manifest().rootDigest()))
            .setHashedAt(unixNs(generation.hashedAt()))
            .setHashPoint(HashPoint.HASH_POINT_WHILE_LOADING);
    for (ModelManifest.Entry file : generation.manifest().entries()) {
      model.addFiles(
          FileDigest.newBuilder()
              .setName(file.name())
              .setSha256(raw(file.digest()))
              .setSizeBytes(file.sizeBytes()));
    }
    return model.build();
  }

  private static ByteString raw(Digest digest) {
    return ByteString.copyFrom(digest.bytes());
  }

  private static long unixNs(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
  }

  /** At most so many per second, evenly refilled. Thread-safe. */
  static final class RateLimit {
    private static final long SECOND_NS = 1_000_000_000L;

    private final int perSecond;
    private final LongSupplier nanoClock;
    private long lastNs;
    private double permits;

    RateLimit(int perSecond, LongSupplier nanoClock) {
      this.perSecond = perSecond;
      this.nanoClock = nanoClock;
      lastNs = nanoClock.getAsLong();
      permits = perSecond;
    }

    int perSecond() {
      return perSecond;
    }

    synchronized boolean tryAcquire() {
      long nowNs = nanoClock.getAsLong();
      double refill = (double) (nowNs - lastNs) / SECOND_NS * perSecond;
      permits = Math.min(perSecond, permits + refill);
      lastNs = nowNs;
      if (permits < 1) {
        return false;
      }
      permits--;
      return true;
    }
  }

  /** Requests as they arrived. */
  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readNBytes(CHALLENGE_BYTES_MAX + 1);
      } catch (IOException e) {
        throw new UncheckedIOException("reading a received message failed", e);
      }
    }
  }
}
