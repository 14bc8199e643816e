package io.weighbridge.gateway.http2;

import static io.weighbridge.gateway.wire.Frames.ACK;
import static io.weighbridge.gateway.wire.Frames.END_STREAM;
import static io.weighbridge.gateway.wire.Frames.GOAWAY;
import static io.weighbridge.gateway.wire.Frames.HEADER_TABLE_SIZE;
import static io.weighbridge.gateway.wire.Frames.NO_ERROR;
import static io.weighbridge.gateway.wire.Frames.PING;
import static io.weighbridge.gateway.wire.Frames.PROTOCOL_ERROR;
import static io.weighbridge.gateway.wire.Frames.REFUSED_STREAM;
import static io.weighbridge.gateway.wire.Frames.RST_STREAM;
import static io.weighbridge.gateway.wire.Frames.data;
import static io.weighbridge.gateway.wire.Frames.frame;
import static io.weighbridge.gateway.wire.Frames.headers;
import static io.weighbridge.gateway.wire.Frames.ping;
import static io.weighbridge.gateway.wire.Frames.preface;
import static io.weighbridge.gateway.wire.Frames.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weighbridge.gateway.wire.Frame;
import io.weighbridge.gateway.wire.Frames;
import io.weighbridge.gateway.wire.Hpack;
import io.weighbridge.gateway.wire.RawPeer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** How a server's connections begin and end. */
interface DrainContract extends Contract {
  byte[] ECHO = Hpack.request("/echo");

  @TestFactory
  default Stream<DynamicTest> refusesWhatIsNoPreface() {
    byte[] broken = preface();
    broken[20] = 'X';
    return Stream.of(
            "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
            broken,
            new byte[24],
            new byte[] {
              0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
            })
        .map(bytes ->
            DynamicTest.dynamicTest(
                new String(bytes, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", "."),
                () -> {
                  try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
                      RawPeer peer = port.silent()) {
                    peer.send(bytes).awaitClosed();
                  }
                }));
  }

  @TestFactory
  default Stream<DynamicTest> refusesAClientThatDoesNotBeginWithSettings() {
    return Stream.of(ping(1), headers(1, END_STREAM, ECHO), frame(Frames.SETTINGS, ACK, 0))
        .map(first ->
            DynamicTest.dynamicTest(
                "frame of type " + first[3],
                () -> {
                  try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
                      RawPeer peer = port.silent()) {
                    peer.send(preface(), first).awaitShutOut(PROTOCOL_ERROR);
                  }
                }));
  }

  @Test
  default void takesAPrefaceInPieces() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.silent()) {
      for (byte each : Frames.concat(preface(), settings())) {
        peer.send(new byte[] {each});
      }
      peer.exchangeSettings().send(headers(1, END_STREAM, ECHO));
      peer.awaitHeaders(1);
    }
  }

  @Test
  default void takesRequestsBeforeItsSettingsAreAcknowledged() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.silent()) {
      peer.send(preface(), settings(), headers(1, END_STREAM, ECHO));
      peer.awaitHeaders(1);
    }
  }

  @Test
  default void drainsInTwoSteps() throws Throwable {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer()) {
      Echo echo = port.echo();
      peer.send(headers(1, 0, ECHO));
      peer.awaitHeaders(1);
      drain(port, echo);
      Frame warning = peer.await("a warning", each -> each.type() == GOAWAY);
      assertThat(warning.intAt(0)).isEqualTo(Integer.MAX_VALUE);
      assertThat(warning.errorCode()).isEqualTo(NO_ERROR);
      Frame ping = peer.await("a ping", each -> each.is(PING, 0) && !each.has(ACK));
      // Already on its way when the warning came: it is answered.
      peer.send(headers(3, END_STREAM, ECHO));
      peer.awaitHeaders(3);
      peer.send(frame(PING, ACK, 0, ping.payload()));
      Frame last = peer.await("the last stream", each -> each.type() == GOAWAY);
      assertThat(last.intAt(0)).isEqualTo(3);
      assertThat(last.errorCode()).isEqualTo(NO_ERROR);
      peer.send(data(1, END_STREAM, new byte[5]));
      peer.awaitData(1, 5);
      peer.awaitClosed();
      await().untilAsserted(() -> assertThat(echo.closed).hasValue(1));
      assertThat(echo.resets).isEmpty();
      assertThat(echo.violations).isEmpty();
    }
  }

  @Test
  default void streamsBehindTheLastAreNotServed() throws Throwable {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer()) {
      Echo echo = port.echo();
      peer.send(headers(1, 0, ECHO));
      peer.awaitHeaders(1);
      drain(port, echo);
      Frame ping = peer.await("a ping", each -> each.is(PING, 0) && !each.has(ACK));
      peer.send(frame(PING, ACK, 0, ping.payload()));
      peer.await("the last stream", each -> each.type() == GOAWAY && each.intAt(0) == 1);
      peer.send(headers(3, END_STREAM, ECHO), data(1, END_STREAM, new byte[5]));
      peer.awaitData(1, 5);
      peer.awaitClosed();
      assertThat(echo.streams).hasValue(1);
      assertThat(peer.seen())
          .noneMatch(each -> each.is(Frames.HEADERS, 3))
          .noneMatch(each -> each.is(RST_STREAM, 3) && each.errorCode() != REFUSED_STREAM);
    }
  }

  @Test
  default void anIdleConnectionClosesWhenItDrained() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer()) {
      Echo echo = port.echo();
      drain(port, echo);
      Frame ping = peer.await("a ping", each -> each.is(PING, 0) && !each.has(ACK));
      peer.send(frame(PING, ACK, 0, ping.payload()));
      peer.awaitClosed();
      await().untilAsserted(() -> assertThat(echo.closed).hasValue(1));
    }
  }

  @Test
  default void answersInTheTableTheClientAllows() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer()) {
      for (int stream = 1; stream < 7; stream += 2) {
        peer.send(headers(stream, END_STREAM, ECHO));
        peer.awaitHeaders(stream);
      }
      peer.tableSize(0).send(settings(HEADER_TABLE_SIZE, 0), headers(7, END_STREAM, ECHO));
      peer.awaitHeaders(7);
      assertThat(peer.lastBlock()[0]).as("size 0 first").isEqualTo((byte) 0x20);
      peer.send(headers(9, END_STREAM, ECHO));
      peer.awaitHeaders(9);
    }
  }

  @Test
  default void aClientThatVanishesEndsItsStreamsOnce() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient())) {
      Echo echo;
      try (RawPeer peer = port.peer()) {
        echo = port.echo();
        peer.send(headers(1, 0, ECHO), headers(3, 0, ECHO));
        peer.awaitHeaders(3);
      }
      await().untilAsserted(() -> assertThat(echo.closed).hasValue(1));
      assertThat(echo.resets).containsExactly(ErrorCode.CONNECTION_LOST, ErrorCode.CONNECTION_LOST);
    }
  }

  private static void drain(EchoPort port, Echo echo) {
    await().until(() -> echo.connection != null);
    port.onLoop(() -> {
      Objects.requireNonNull(echo.connection).drain();
      return true;
    });
  }
}
