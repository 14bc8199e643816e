package io.weighbridge.gateway.pipeline;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A caller, or a host, that sends and sees bare frames (RFC 9113 section 4.1). Confined to its
 * thread.
 */
final class RawConnection implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int ACK = 1;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;
  private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
  private static final int READ_MS_MAX = 5_000;

  /** Fits into one frame. */
  private static final int PIECE_BYTES = 10_000;

  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;

  /** One frame. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared as a record.
  record Frame(int type, int flags, int streamId, byte[] payload) {
    int lastStream() {
      return ByteBuffer.wrap(payload).getInt();
    }

    int errorCode() {
      return ByteBuffer.wrap(payload).getInt(Integer.BYTES);
    }

    String text() {
      return new String(payload, US_ASCII);
    }
  }

  RawConnection(InetSocketAddress address) throws IOException {
    socket = new Socket();
    socket.connect(address);
    socket.setSoTimeout(READ_MS_MAX);
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
    out.write(PREFACE);
    send(SETTINGS, 0, 0, new byte[0]);
    while (next().type() != SETTINGS) {
      // The server's settings come first, whatever else may.
    }
    send(SETTINGS, ACK, 0, new byte[0]);
  }

  /** The host's end of a connection that a caller opened. */
  RawConnection(Socket accepted) throws IOException {
    socket = accepted;
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
    in.skipNBytes(PREFACE.length);
    send(SETTINGS, 0, 0, new byte[0]);
  }

  void send(int type, int flags, int streamId, byte[] payload) throws IOException {
    out.writeInt(payload.length << 8 | type);
    out.writeByte(flags);
    out.writeInt(streamId);
    out.write(payload);
    out.flush();
  }

  /** A gRPC request of one message. */
  void call(int streamId, String method, byte[] message) throws IOException {
    begin(streamId, method, "identity");
    send(DATA, END_STREAM, streamId, message(0, message.length, message));
  }

  /** The head of a gRPC request, ending with these names and values. */
  void begin(int streamId, String method, String encoding, String... more) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    field(block, ":method", "POST");
    field(block, ":scheme", "http");
    field(block, ":path", "/inference.GRPCInferenceService/" + method);
    field(block, ":authority", "localhost");
    field(block, "content-type", "application/grpc");
    field(block, "te", "trailers");
    field(block, "grpc-encoding", encoding);
    field(block, "authorization", "Bearer " + PathHarness.TOKEN);
    for (int i = 0; i < more.length; i += 2) {
      field(block, more[i], more[i + 1]);
    }
    send(HEADERS, END_HEADERS, streamId, block.toByteArray());
  }

  /** A part of a request's body; with its last byte the request ends. */
  void body(int streamId, byte[] request, int from, int to) throws IOException {
    for (int at = from; at < to; at += PIECE_BYTES) {
      int end = Math.min(to, at + PIECE_BYTES);
      int flags = end == request.length ? END_STREAM : 0;
      send(DATA, flags, streamId, Arrays.copyOfRange(request, at, end));
    }
  }

  /** A block of a host's answer, with these names and values. */
  void answer(int streamId, int flags, String... fields) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < fields.length; i += 2) {
      field(block, fields[i], fields[i + 1]);
    }
    send(HEADERS, END_HEADERS | flags, streamId, block.toByteArray());
  }

  /** Bytes of a message, behind a prefix that says this of it. */
  static byte[] message(int flag, int length, byte[] bytes) {
    return ByteBuffer.allocate(5 + bytes.length).put((byte) flag).putInt(length).put(bytes).array();
  }

  /** Literal, never indexed, not Huffman coded (RFC 7541 section 6.2.3). */
  static void field(ByteArrayOutputStream block, String name, String value) {
    block.write(0x10);
    block.write(name.length());
    block.writeBytes(name.getBytes(US_ASCII));
    block.write(value.length());
    block.writeBytes(value.getBytes(US_ASCII));
  }

  /** The next frame; EOFException when there is none any more. */
  Frame next() throws IOException {
    int head = in.readInt();
    int flags = in.readUnsignedByte();
    int streamId = in.readInt();
    byte[] payload = new byte[head >>> 8];
    in.readFully(payload);
    return new Frame(head & 0xff, flags, streamId, payload);
  }

  /** The next frame of this type; others are passed over. */
  Frame next(int type) throws IOException {
    Frame frame = next();
    while (frame.type() != type) {
      frame = next();
    }
    return frame;
  }

  /** Whether the server has closed in good order once what it sent is read. */
  boolean ended() throws IOException {
    try {
      while (true) {
        next();
      }
    } catch (EOFException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
