package io.weighbridge.gateway.pipeline;

import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One call of any kind from the caller's side, message by message. Thread-safe. */
final class Conversation<Q, R> extends ClientCall.Listener<R> {
  private static final int WAIT_S = 10;

  private record Event<R>(@Nullable R message, @Nullable Status status, Metadata metadata) {}

  private final ClientCall<Q, R> call;
  private final LinkedBlockingQueue<Event<R>> events = new LinkedBlockingQueue<>();
  volatile Metadata headers = new Metadata();
  volatile Metadata trailers = new Metadata();

  Conversation(
      Channel channel, MethodDescriptor<Q, R> method, CallOptions options, Metadata metadata) {
    call = channel.newCall(method, options);
    call.start(this, metadata);
  }

  /** A prediction with that key. */
  static Conversation<ModelInferRequest, ModelInferResponse> prediction(Channel channel) {
    return new Conversation<>(
        channel, GRPCInferenceServiceGrpc.getModelInferMethod(), CallOptions.DEFAULT, key());
  }

  /** With the key that every test's caller has. */
  static Metadata key() {
    return key(PathHarness.TOKEN);
  }

  static Metadata key(String token) {
    Metadata metadata = new Metadata();
    metadata.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    return metadata;
  }

  Conversation<Q, R> say(Q message) {
    call.sendMessage(message);
    return this;
  }

  Conversation<Q, R> compressed() {
    call.setMessageCompression(true);
    return this;
  }

  void halfClose() {
    call.halfClose();
  }

  void cancel() {
    call.cancel("test", null);
  }

  boolean ready() {
    return call.isReady();
  }

  /** Asks for messages, so that they may come. */
  void allow(int count) {
    call.request(count);
  }

  /** The next message. */
  R hear() throws InterruptedException {
    call.request(1);
    Event<R> event = next();
    if (event.message == null) {
      throw new AssertionError("the call ended: " + event.status + " " + event.metadata);
    }
    return event.message;
  }

  /** The end, which must come next. */
  Status end() throws InterruptedException {
    call.request(1);
    Event<R> event = next();
    if (event.status == null) {
      throw new AssertionError("another message instead of the end");
    }
    trailers = event.metadata;
    return event.status;
  }

  /** The end, after whatever comes before. */
  Status status() throws InterruptedException {
    call.request(Integer.MAX_VALUE);
    Event<R> event = next();
    while (event.status == null) {
      event = next();
    }
    trailers = event.metadata;
    return event.status;
  }

  private Event<R> next() throws InterruptedException {
    Event<R> event = events.poll(WAIT_S, TimeUnit.SECONDS);
    if (event == null) {
      throw new AssertionError("nothing within " + WAIT_S + " s");
    }
    return event;
  }

  @Override
  public void onHeaders(Metadata received) {
    headers = received;
  }

  @Override
  public void onMessage(R message) {
    events.add(new Event<>(message, null, new Metadata()));
  }

  @Override
  public void onClose(Status status, Metadata received) {
    events.add(new Event<>(null, status, received));
  }
}
