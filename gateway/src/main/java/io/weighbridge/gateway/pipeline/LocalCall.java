package io.weighbridge.gateway.pipeline;

import inference.ModelReadyResponse;
import inference.ServerLiveResponse;
import inference.ServerMetadataResponse;
import inference.ServerReadyResponse;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.grpc.GrpcNames;
import io.weighbridge.gateway.grpc.MessageFraming;
import io.weighbridge.gateway.http2.HeaderBlock;
import io.weighbridge.gateway.identity.KeyCheck;
import io.weighbridge.gateway.local.Health;
import io.weighbridge.gateway.local.LocalAnswer;
import io.weighbridge.gateway.local.LocalServices;
import io.weighbridge.gateway.local.ModelIndex;
import io.weighbridge.gateway.local.Reflection;
import io.weighbridge.health.v1.HealthCheckResponse.ServingStatus;
import org.jspecify.annotations.Nullable;

/**
 * One call that the gateway answers itself: message by message, or, for a watch, whenever there is
 * something new to say. Confined to the call's event loop; {@link #close} it.
 */
final class LocalCall {
  private static final String NAME = "weighbridge";
  private static final String VERSION = "0.1.0";

  private static final HeaderBlock HEAD =
      HeaderBlock.of(
          GrpcNames.STATUS,
          GrpcNames.STATUS_OK,
          GrpcNames.CONTENT_TYPE,
          GrpcNames.APPLICATION_GRPC);
  private static final HeaderBlock OK = HeaderBlock.of(GrpcNames.GRPC_STATUS, StatusBlock.code(0));

  private final ProxyCall call;
  private final CallFacts facts;
  private final CallerConnection caller;
  private final LocalServices services;
  private final Reply reply;
  private @Nullable Health watched;
  private @Nullable ServingStatus said;

  LocalCall(ProxyCall call, CallFacts facts, CallerConnection caller, Reply reply) {
    this.call = call;
    this.facts = facts;
    this.caller = caller;
    this.reply = reply;
    services = caller.loop().services().local();
  }

  /**
   * Answers the message at hand.
   *
   * @param target the version it asks about, or null
   */
  void answer(ModelBody body, @Nullable Target target) {
    CallStream stream = facts.stream();
    if (stream != null) {
      stream.heard(caller.loop().nowNs());
    }
    LocalAnswer answer = of(body.message(), target);
    body.drop();
    switch (answer) {
      case LocalAnswer.Refused refused -> call.refuse(refused.why(), refused.detail());
      case LocalAnswer.Message good -> {
        send(good.bytes());
        if (stream == null) {
          end();
        }
      }
    }
  }

  /** All that has come is dealt with; maybe nothing more will. */
  void asked(RequestBody body) {
    if (!body.waiting() && watched == null) {
      end();
    }
  }

  private LocalAnswer of(byte[] message, @Nullable Target target) {
    Tables tables = facts.tables();
    return switch (facts.method().answer()) {
      case SERVER_LIVE ->
          new LocalAnswer.Message(
              ServerLiveResponse.newBuilder().setLive(true).build().toByteArray());
      case SERVER_READY ->
          new LocalAnswer.Message(
              ServerReadyResponse.newBuilder()
                  .setReady(services.serving().ready())
                  .build()
                  .toByteArray());
      case SERVER_METADATA ->
          new LocalAnswer.Message(
              ServerMetadataResponse.newBuilder()
                  .setName(NAME)
                  .setVersion(VERSION)
                  .build()
                  .toByteArray());
      case MODEL_READY ->
          new LocalAnswer.Message(
              ModelReadyResponse.newBuilder()
                  .setReady(target != null && tables.hosts().eligible(target.slot()).length > 0)
                  .build()
                  .toByteArray());
      case MODEL_STATISTICS -> index(tables).statistics(message, services.metrics());
      case REPOSITORY_INDEX -> index(tables).repository(message);
      case HEALTH_CHECK -> check(message);
      case HEALTH_WATCH -> watch(message);
      case REFLECTION -> reflect(message);
      case HOST_ONCE, HOST_STREAM, RULE ->
          throw new IllegalArgumentException(facts.method().path() + " is answered otherwise");
    };
  }

  private ModelIndex index(Tables tables) {
    return new ModelIndex(tables.routes(), tables.hosts(), facts.caller());
  }

  private LocalAnswer reflect(byte[] message) {
    Reflection reflection = services.reflection();
    return reflection == null
        ? new LocalAnswer.Refused(Refusal.METHOD_UNKNOWN, "")
        : reflection.answer(message);
  }

  // Health.

  private LocalAnswer check(byte[] message) {
    Health health = Health.asked(message);
    if (health == null) {
      return LocalAnswer.malformed("no HealthCheckRequest");
    }
    ServingStatus status = status(health);
    return status == ServingStatus.SERVICE_UNKNOWN
        ? new LocalAnswer.Refused(Refusal.SERVICE_UNKNOWN, "")
        : new LocalAnswer.Message(Health.message(status));
  }

  private LocalAnswer watch(byte[] message) {
    if (watched != null) {
      return new LocalAnswer.Refused(Refusal.CARDINALITY_VIOLATION, "a second message on a watch");
    }
    Health health = Health.asked(message);
    if (health == null) {
      return LocalAnswer.malformed("no HealthCheckRequest");
    }
    if (!services.beginWatch()) {
      return new LocalAnswer.Refused(
          Refusal.OVERLOADED, services.watchesMax() + " calls watch already (health-watches-max)");
    }
    watched = health;
    ServingStatus status = status(health);
    said = status;
    return new LocalAnswer.Message(Health.message(status));
  }

  /** How it is by the tables of this moment: a watch outlives those it began with. */
  private ServingStatus status(Health health) {
    Tables now = caller.loop().services().tables().get();
    Caller who = health.ofModel() ? asking(now) : null;
    return health.status(
        services.serving().ready(), now.routes(), now.hosts(), now.services(), who);
  }

  private @Nullable Caller asking(Tables now) {
    return caller.whoever(facts.headers(), now.keys()) instanceof KeyCheck.Answer.Known known
        ? known.caller()
        : null;
  }

  /** Says what is new; answers why the call may not go on, or null. */
  @Nullable Refusal look() {
    Health health = watched;
    if (health == null) {
      return null;
    }
    try {
      ServingStatus now = status(health);
      if (now != said) {
        send(Health.message(now));
        said = now;
      }
    } catch (OutOfMemoryError _) {
      // The timer would not come back to a watch that it failed for.
      return caller.loop().admission().missed().why();
    }
    // Watchers would keep their connections, and so the process, until drain-max.
    return services.serving().draining() ? Refusal.DRAINING : null;
  }

  // What the caller sees.

  private void send(byte[] bytes) {
    begin();
    ByteBuf frame = caller.allocator().buffer(MessageFraming.PREFIX_BYTES + bytes.length);
    frame.writeByte(0).writeInt(bytes.length).writeBytes(bytes);
    reply.piece(frame, 0, true);
  }

  private void begin() {
    if (!reply.begun()) {
      reply.begin(HEAD);
    }
  }

  private void end() {
    begin();
    reply.end(OK, AsciiString.EMPTY_STRING);
    reply.stopRequest();
    call.finished();
  }

  /** Makes room for another watch. */
  void close() {
    if (watched != null) {
      watched = null;
      services.endWatch();
    }
  }
}
