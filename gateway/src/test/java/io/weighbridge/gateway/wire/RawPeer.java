package io.weighbridge.gateway.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.EmptyHttp2Headers;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection that sends exactly the bytes it is given and shows exactly the frames it
 * gets. Confined to the test's thread.
 *
 * <p>Frames read on the way to the one that was waited for are kept: {@link #seen()}.
 */
public final class RawPeer implements AutoCloseable {
  private static final int PATIENCE_MS = 5_000;
  private static final long PROBE = 0x5052_4f42_4553L;

  private final Socket socket;
  private final DataInputStream in;
  private final List<Frame> seen = new ArrayList<>();
  private final Map<Integer, Long> peerSettings = new HashMap<>();
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
  private final PeerCredit credit = new PeerCredit();
  private long probes;
  private byte[] block = new byte[0];
  private Http2Headers lastHeaders = EmptyHttp2Headers.INSTANCE;

  private RawPeer(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(PATIENCE_MS);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
  }

  /** Connects with a receive buffer of that size and says nothing yet. */
  public static RawPeer silent(InetSocketAddress address, int receiveBufferBytes) {
    try {
      Socket socket = new Socket();
      socket.setReceiveBufferSize(receiveBufferBytes);
      socket.connect(address);
      return new RawPeer(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** On a connected socket; says nothing yet. */
  public static RawPeer silent(Socket connected) {
    try {
      return new RawPeer(connected);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Says hello and exchanges settings, ours being these. */
  public RawPeer hello(long... settings) {
    send(Frames.preface(), Frames.settings(settings));
    return exchangeSettings();
  }

  /** The server's end of an accepted connection; has read the client's preface. */
  public static RawPeer server(Socket accepted) {
    try {
      RawPeer peer = new RawPeer(accepted);
      byte[] preface = peer.in.readNBytes(Frames.preface().length);
      assertThat(preface).as("preface").isEqualTo(Frames.preface());
      return peer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for the peer's settings and for it to take ours. */
  public RawPeer exchangeSettings() {
    Frame first = await("any frame", frame -> true);
    assertThat(first.is(Frames.SETTINGS, 0) && !first.has(Frames.ACK)).as("%s", first).isTrue();
    send(Frames.settingsAck());
    await("settings ack", frame -> frame.is(Frames.SETTINGS, 0) && frame.has(Frames.ACK));
    return this;
  }

  /** Sends; a peer that has closed already is no fault: what it said is still to be read. */
  public RawPeer send(byte[]... frames) {
    try {
      socket.getOutputStream().write(Frames.concat(frames));
    } catch (SocketException e) {
      seen.add(new Frame(0xff, 0, 0, e.toString().getBytes(UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** The next frame, or null when the connection has ended. */
  public @Nullable Frame next() {
    try {
      int length = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int streamId = in.readInt() & Integer.MAX_VALUE;
      Frame frame = new Frame(type, flags, streamId, in.readNBytes(length));
      note(frame);
      return frame;
    } catch (SocketTimeoutException e) {
      throw new AssertionError("nothing more came; seen " + seen, e);
    } catch (EOFException | SocketException e) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void note(Frame frame) {
    seen.add(frame);
    credit.note(frame);
    noteBlock(frame);
    if (frame.is(Frames.SETTINGS, 0)) {
      for (int at = 0; at < frame.payload().length; at += 6) {
        int number = frame.intAt(at) >>> 16;
        long value = Integer.toUnsignedLong(frame.intAt(at + 2));
        peerSettings.put(number, value);
        credit.setting(number, value);
      }
    }
  }

  /** Reads up to a frame. */
  public Frame await(String what, Predicate<Frame> which) {
    for (Frame frame = next(); frame != null; frame = next()) {
      if (which.test(frame)) {
        return frame;
      }
    }
    throw new AssertionError("ended before " + what + "; seen " + seen);
  }

  /** Reads up to a frame on a stream. */
  public Frame await(int type, int streamId) {
    return await("frame of type " + type, frame -> frame.is(type, streamId));
  }

  /** Reads until the peer has said goodbye with one of these codes and has closed. */
  public void awaitShutOut(int... errorCodes) {
    Frame goAway = await("GOAWAY", frame -> frame.type() == Frames.GOAWAY);
    assertThat(errorCodes).as("%s", goAway).contains(goAway.errorCode());
    awaitClosed();
  }

  /** Reads until the peer has closed. */
  public void awaitClosed() {
    Frame frame = next();
    while (frame != null) {
      frame = next();
    }
  }

  /** Reads until the peer resets the stream with one of these codes; the connection lives on. */
  public void awaitReset(int streamId, int... errorCodes) {
    Frame reset =
        await(
            "RST_STREAM",
            frame -> frame.is(Frames.RST_STREAM, streamId) || frame.type() == Frames.GOAWAY);
    assertThat(reset.type()).as("%s", reset).isEqualTo(Frames.RST_STREAM);
    assertThat(errorCodes).as("%s", reset).contains(reset.errorCode());
    probe();
  }

  /** Reads until the peer resets the stream or says goodbye, with one of these codes. */
  public void awaitResetOrShutOut(int streamId, int... errorCodes) {
    Frame end =
        await(
            "RST_STREAM or GOAWAY",
            frame -> frame.is(Frames.RST_STREAM, streamId) || frame.type() == Frames.GOAWAY);
    assertThat(errorCodes).as("%s", end).contains(end.errorCode());
  }

  /** Checks that nothing read so far was an error. */
  public void sawNoError() {
    assertThat(seen).noneMatch(f -> f.type() == Frames.GOAWAY || f.type() == Frames.RST_STREAM);
  }

  /** Whether everything sent so far left the connection as it was: a ping is answered. */
  public RawPeer probe() {
    long content = PROBE << 8 | ++probes;
    send(Frames.ping(content));
    Frame answer =
        await("PING answer", frame -> frame.type() == Frames.GOAWAY || isAnswer(frame, content));
    assertThat(answer.type()).as("%s", answer).isEqualTo(Frames.PING);
    return this;
  }

  /**
   * Waits until everything sent so far has had its effect: the answer to a ping may overtake data
   * that the frames before it set free, but not the answer to a second ping.
   */
  public RawPeer settle() {
    return probe().probe();
  }

  private static boolean isAnswer(Frame frame, long content) {
    return frame.is(Frames.PING, 0)
        && frame.has(Frames.ACK)
        && ByteBuffer.wrap(frame.payload()).getLong() == content;
  }

  /** Reads a stream's data to its end; all of it, with what was read before, is so many bytes. */
  public void awaitData(int streamId, int byteCount) {
    while (seen.stream().noneMatch(f -> f.is(Frames.DATA, streamId) && f.has(Frames.END_STREAM))) {
      await(Frames.DATA, streamId);
    }
    assertThat(dataBytes(streamId)).as("bytes of stream %d", streamId).isEqualTo(byteCount);
  }

  /** How many bytes of a stream's data were read so far. */
  public int dataBytes(int streamId) {
    return seen.stream()
        .filter(frame -> frame.is(Frames.DATA, streamId))
        .mapToInt(frame -> frame.payload().length)
        .sum();
  }

  /** Reads up to a header block on the stream. */
  public Http2Headers awaitHeaders(int streamId) {
    Frame frame = await(Frames.HEADERS, streamId);
    while (!frame.has(Frames.END_HEADERS)) {
      frame = await(Frames.CONTINUATION, streamId);
    }
    return lastHeaders;
  }

  /** The header block read last. */
  public Http2Headers lastHeaders() {
    return lastHeaders;
  }

  /** Its bytes. */
  public byte[] lastBlock() {
    return block;
  }

  /** Every block goes through the decoder, whoever waits for it: each may change the table. */
  private void noteBlock(Frame frame) {
    if (frame.type() == Frames.HEADERS) {
      block = frame.payload();
    } else if (frame.type() == Frames.CONTINUATION) {
      block = Frames.concat(block, frame.payload());
    } else {
      return;
    }
    if (frame.has(Frames.END_HEADERS)) {
      ByteBuf buffer = Unpooled.wrappedBuffer(block);
      try {
        lastHeaders = decoder.decodeHeaders(frame.streamId(), buffer);
      } catch (Http2Exception e) {
        throw new AssertionError("undecodable header block", e);
      } finally {
        buffer.release();
      }
    }
  }

  /** Reads blocks with a table of that size from now on. */
  public RawPeer tableSize(long byteCount) {
    try {
      decoder.maxHeaderTableSize(byteCount);
    } catch (Http2Exception e) {
      throw new AssertionError(e);
    }
    return this;
  }

  /** What the peer gave to send. */
  public PeerCredit credit() {
    return credit;
  }

  /** Every frame read so far. */
  public List<Frame> seen() {
    return seen;
  }

  public long peerSetting(int number) {
    assertThat(peerSettings).containsKey(number);
    return peerSettings.getOrDefault(number, 0L);
  }

  /** No more bytes from us; the peer may still send. */
  public void shutdownOutput() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How long a read waits. */
  public RawPeer patience(int ms) {
    try {
      socket.setSoTimeout(ms);
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
