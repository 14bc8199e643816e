package io.weighbridge.gateway.http2;

import static io.weighbridge.gateway.wire.Frames.CANCEL;
import static io.weighbridge.gateway.wire.Frames.END_STREAM;
import static io.weighbridge.gateway.wire.Frames.HEADERS;
import static io.weighbridge.gateway.wire.Frames.INITIAL_WINDOW_SIZE;
import static io.weighbridge.gateway.wire.Frames.PROTOCOL_ERROR;
import static io.weighbridge.gateway.wire.Frames.continuation;
import static io.weighbridge.gateway.wire.Frames.data;
import static io.weighbridge.gateway.wire.Frames.frame;
import static io.weighbridge.gateway.wire.Frames.headers;
import static io.weighbridge.gateway.wire.Frames.preface;
import static io.weighbridge.gateway.wire.Frames.settings;
import static io.weighbridge.gateway.wire.Frames.windowUpdate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weighbridge.gateway.wire.Frames;
import io.weighbridge.gateway.wire.Hpack;
import io.weighbridge.gateway.wire.RawPeer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What a peer may do too slowly, and what it may take its time for. */
interface SlowContract extends Contract {
  byte[] ECHO = Hpack.request("/echo");

  /** Longer than any timeout of {@link TestLimits#impatient()} needs to be noticed. */
  int LONG_MS = 3_500;

  /** Bytes that come one piece after the other, for as long as anybody listens. */
  record Trickle(String name, Supplier<byte[]> first, IntFunction<byte[]> piece) {}

  private static List<Trickle> trickles() {
    byte[] fields = Frames.concat(preface(), settings(), headers(1, END_STREAM, ECHO));
    byte[] hello = Frames.concat(preface(), settings());
    byte[] upload = Frames.concat(hello, headers(1, 0, ECHO), Frames.header(16_000, 0, 0, 1));
    byte[] begun = Frames.concat(hello, frame(HEADERS, END_STREAM, 1, ECHO));
    return List.of(
        new Trickle("the preface", () -> new byte[0], i -> one(preface(), i)),
        new Trickle("nothing at all", () -> new byte[0], i -> new byte[0]),
        new Trickle("nothing behind the preface", () -> preface(), i -> new byte[0]),
        new Trickle("HEADERS", () -> hello, i -> one(fields, hello.length + i)),
        new Trickle("DATA", () -> upload, i -> new byte[1]),
        new Trickle(
            "a block of whole frames",
            () -> begun,
            i -> continuation(1, 0, Hpack.literal("x", "y"))),
        new Trickle("a block that stops", () -> begun, i -> new byte[0]));
  }

  private static byte[] one(byte[] of, int at) {
    return Arrays.copyOfRange(of, at, at + 1);
  }

  @TestFactory
  default Stream<DynamicTest> givesUpSlow() {
    return tests(
        trickles().stream().map(each -> new Part("slow " + each.name(), () -> trickle(each))));
  }

  private void trickle(Trickle trickle) {
    try (ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
        EchoPort port = new EchoPort(transport(), TestLimits.impatient());
        RawPeer peer = port.silent()) {
      peer.send(trickle.first().get());
      Echo echo = port.echo();
      int[] count = new int[1];
      // Never so slow that two pieces are a timeout apart, and never to an end.
      var trickling =
          pace.scheduleAtFixedRate(
              () -> peer.send(trickle.piece().apply(Math.min(count[0]++, 20))),
              250,
              250,
              TimeUnit.MILLISECONDS);
      await().atMost(5, TimeUnit.SECONDS).untilAsserted(() -> assertThat(echo.closed).hasValue(1));
      trickling.cancel(false);
      // No flood: nobody but the peer pays for it.
      assertThat(echo.violations).containsExactly((long) PROTOCOL_ERROR);
    }
  }

  @Test
  default void idlePeersMayStay() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.impatient());
        RawPeer idle = port.peer();
        RawPeer waiting = port.peer()) {
      Echo echo = port.echo();
      waiting.send(headers(1, 0, ECHO));
      waiting.awaitHeaders(1);
      await()
          .during(LONG_MS, TimeUnit.MILLISECONDS)
          .atMost(LONG_MS + 1_000, TimeUnit.MILLISECONDS)
          .until(() -> echo.closed.get() == 0);
      idle.send(headers(1, END_STREAM, ECHO));
      idle.awaitHeaders(1);
      waiting.send(data(1, END_STREAM, (byte) 1));
      waiting.awaitData(1, 1);
    }
  }

  @Test
  default void slowButSteadyPeersMayStay() {
    try (ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
        EchoPort port = new EchoPort(transport(), TestLimits.impatient());
        RawPeer peer = port.peer()) {
      Echo echo = port.echo();
      peer.send(headers(1, 0, ECHO));
      byte[] frames = new byte[0];
      for (int i = 0; i < 20; i++) {
        frames = Frames.concat(frames, data(1, 0, (byte) i));
      }
      byte[] all = frames;
      int[] at = new int[1];
      // Always in the middle of some frame, but each takes a third of a second only.
      var sending =
          pace.scheduleAtFixedRate(
              () -> peer.send(Arrays.copyOfRange(all, at[0], at[0] += 3)),
              100,
              100,
              TimeUnit.MILLISECONDS);
      await()
          .during(LONG_MS, TimeUnit.MILLISECONDS)
          .atMost(LONG_MS + 1_000, TimeUnit.MILLISECONDS)
          .until(() -> echo.closed.get() == 0);
      sending.cancel(true);
      assertThat(echo.bytes.get()).isGreaterThan(5);
    }
  }

  @Test
  default void streamsWhoseDataNobodyTakesAreReset() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.impatient());
        RawPeer peer = port.peer(INITIAL_WINDOW_SIZE, 0)) {
      Echo echo = port.echo();
      byte[] burst = Frames.concat(Hpack.request("/burst"), Hpack.literal("x-bytes", "1000"));
      peer.send(headers(1, END_STREAM, burst));
      peer.awaitReset(1, CANCEL);
      assertThat(echo.resets).hasSize(1);
      assertThat(port.queuedBytes()).isZero();
    }
  }

  @Test
  default void streamsWhoseDataIsTakenSlowlyGoOn() {
    try (ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
        EchoPort port = new EchoPort(transport(), TestLimits.impatient());
        RawPeer peer = port.peer(INITIAL_WINDOW_SIZE, 0)) {
      Echo echo = port.echo();
      byte[] burst = Frames.concat(Hpack.request("/burst"), Hpack.literal("x-bytes", "1000"));
      peer.send(headers(1, END_STREAM, burst));
      var giving =
          pace.scheduleAtFixedRate(
              () -> peer.send(windowUpdate(1, 1)), 300, 300, TimeUnit.MILLISECONDS);
      await()
          .during(LONG_MS, TimeUnit.MILLISECONDS)
          .atMost(LONG_MS + 1_000, TimeUnit.MILLISECONDS)
          .until(() -> echo.resets.isEmpty());
      giving.cancel(true);
    }
  }

  /** Each waits longer for its turn than for what stuck streams are ended after. */
  @Test
  default void streamsThatWaitForTheirTurnGoOn() throws Throwable {
    try (ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
        EchoPort port = new EchoPort(transport(), TestLimits.impatient());
        RawPeer peer = port.peer(INITIAL_WINDOW_SIZE, Integer.MAX_VALUE)) {
      Echo echo = port.echo();
      byte[] burst = Frames.concat(Hpack.request("/burst"), Hpack.literal("x-bytes", "30000"));
      for (int i = 0; i < 30; i++) {
        peer.send(headers(2 * i + 1, END_STREAM, burst));
      }
      var giving =
          pace.scheduleAtFixedRate(
              () -> peer.send(windowUpdate(0, Frames.MAX_PAYLOAD)).probe(),
              300,
              300,
              TimeUnit.MILLISECONDS);
      await()
          .during(LONG_MS, TimeUnit.MILLISECONDS)
          .atMost(LONG_MS + 1_000, TimeUnit.MILLISECONDS)
          .untilAsserted(() -> assertThat(echo.resets).isEmpty());
      assertThat(port.queuedBytes()).isPositive();
      giving.cancel(true);
    }
  }

  /** The windows are wide open, but the peer's socket is full. */
  @Test
  default void peersThatNeverReadAreGivenUp() throws Throwable {
    try (EchoPort port = new EchoPort(transport(), TestLimits.impatient());
        RawPeer peer = RawPeer.silent(port.address(), 4_096)) {
      Echo echo = port.echo();
      peer.send(preface(), settings(INITIAL_WINDOW_SIZE, Integer.MAX_VALUE));
      peer.send(windowUpdate(0, Integer.MAX_VALUE - 65_535));
      byte[] burst = Frames.concat(Hpack.request("/burst"), Hpack.literal("x-bytes", "1000000"));
      for (int i = 0; i < 90; i++) {
        peer.send(headers(2 * i + 1, END_STREAM, burst));
      }
      await()
          .atMost(10, TimeUnit.SECONDS)
          .untilAsserted(
              () -> assertThat(echo.resets.size() + 1_000 * echo.closed.get()).isGreaterThan(60));
      // What its socket did not take is given up as well, not only what waits for its windows.
      await().atMost(10, TimeUnit.SECONDS).untilAsserted(() -> assertThat(echo.closed).hasValue(1));
      assertThat(port.queuedBytes()).isZero();
    }
  }
}
