package io.weighbridge.gateway.grpc;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.http2.FieldName;
import org.jspecify.annotations.Nullable;

/**
 * Judges one header block, field by field: {@link #begin}, {@link #check} each field in wire order,
 * {@link #end}. Confined to an event loop; reused block after block; allocates nothing.
 *
 * <p>Sources: RFC 9113 sections 8.2 and 8.3, RFC 9110 section 5, gRPC over HTTP/2. What these rules
 * pass can be forwarded to any HTTP/2 peer. Sizes are the frame layer's to limit.
 */
public final class HeaderRules {
  /* Implementation notes
   *
   * Libraries check less than the RFC asks, and not everywhere: trailers and fields taken from the
   * HPACK table have escaped checks that first sight did not. So every field of every block is
   * checked here, by its bytes, in both directions.
   *
   * White space at a value's ends is let through although RFC 9113 section 8.2.1 forbids it: gRPC
   * libraries leave spaces of a status message as they are, and a host's message may end in one.
   */

  /** Which block is judged. */
  public enum Block {
    REQUEST,
    RESPONSE,
    TRAILERS
  }

  /** {@link #contentLength()} when the field is absent. */
  public static final long NO_CONTENT_LENGTH = -1;

  /** More digits than any length we take, few enough never to overflow. */
  private static final int CONTENT_LENGTH_DIGITS_MAX = 18;

  private static final int SEEN_METHOD = 1;
  private static final int SEEN_SCHEME = 1 << 1;
  private static final int SEEN_PATH = 1 << 2;
  private static final int SEEN_AUTHORITY = 1 << 3;
  private static final int SEEN_STATUS = 1 << 4;
  private static final int SEEN_CONTENT_TYPE = 1 << 5;
  private static final int SEEN_CONTENT_LENGTH = 1 << 6;
  private static final int SEEN_HOST = 1 << 7;
  private static final int SEEN_TIMEOUT = 1 << 8;
  private static final int SEEN_ENCODING = 1 << 9;
  private static final int SEEN_GRPC_STATUS = 1 << 10;
  private static final int SEEN_GRPC_MESSAGE = 1 << 11;

  private static final int REQUEST_PSEUDO = SEEN_METHOD | SEEN_SCHEME | SEEN_PATH;

  private static final AsciiString HTTPS = AsciiString.cached("https");
  private static final AsciiString HOST = FieldName.of("host");
  private static final AsciiString CONNECTION = FieldName.of("connection");
  private static final AsciiString PROXY_CONNECTION = FieldName.of("proxy-connection");
  private static final AsciiString KEEP_ALIVE = FieldName.of("keep-alive");
  private static final AsciiString TRANSFER_ENCODING = FieldName.of("transfer-encoding");
  private static final AsciiString UPGRADE = FieldName.of("upgrade");
  private static final AsciiString PROTO_SUFFIX = AsciiString.cached("+proto");

  /** Names, paths and authorities found to hold allowed bytes only: which kind they are. */
  private final TextMemo sound = new TextMemo();

  private Block block = Block.REQUEST;
  private int seen;
  private boolean regularSeen;
  private long contentLength;
  private @Nullable AsciiString authority;
  private @Nullable AsciiString host;

  /** A fault of a block that is well-formed otherwise: told at the end. */
  private @Nullable HeaderFault notGrpc;

  /** Begins a block. */
  public void begin(Block newBlock) {
    block = newBlock;
    seen = 0;
    regularSeen = false;
    contentLength = NO_CONTENT_LENGTH;
    authority = null;
    host = null;
    notGrpc = null;
  }

  /** Judges the next field: what is wrong, or null. */
  public @Nullable HeaderFault check(AsciiString name, AsciiString value) {
    if (name.isEmpty()) {
      return HeaderFault.NAME;
    }
    if (!FieldBytes.allValue(value)) {
      return HeaderFault.VALUE;
    }
    if (name.byteAt(0) == ':') {
      return regularSeen || block == Block.TRAILERS
          ? HeaderFault.PSEUDO_LATE
          : checkPseudo(name, value);
    }
    regularSeen = true;
    return all(name, FieldBytes.NAME) ? checkRegular(name, value) : HeaderFault.NAME;
  }

  /** Judges the block as a whole, once its last field is in: what is wrong, or null. */
  public @Nullable HeaderFault end() {
    return switch (block) {
      case REQUEST -> endRequest();
      case RESPONSE -> (seen & SEEN_STATUS) == 0 ? HeaderFault.PSEUDO_MISSING : null;
      case TRAILERS -> null;
    };
  }

  private @Nullable HeaderFault endRequest() {
    if ((seen & REQUEST_PSEUDO) != REQUEST_PSEUDO) {
      return HeaderFault.PSEUDO_MISSING;
    }
    if (host != null && authority != null && !host.contentEqualsIgnoreCase(authority)) {
      return HeaderFault.HOST;
    }
    if (notGrpc == null && (seen & SEEN_CONTENT_TYPE) == 0) {
      return HeaderFault.CONTENT_TYPE;
    }
    return notGrpc;
  }

  /** The announced length of the body, or {@link #NO_CONTENT_LENGTH}. */
  public long contentLength() {
    return contentLength;
  }

  private @Nullable HeaderFault checkPseudo(AsciiString name, AsciiString value) {
    if (block == Block.RESPONSE) {
      return GrpcNames.STATUS.equals(name)
          ? once(SEEN_STATUS, isStatus(value) ? null : HeaderFault.STATUS)
          : HeaderFault.PSEUDO_UNKNOWN;
    }
    if (GrpcNames.METHOD.equals(name)) {
      if (!GrpcNames.POST.equals(value)) {
        notGrpc = HeaderFault.METHOD;
      }
      return once(SEEN_METHOD, value.isEmpty() ? HeaderFault.VALUE : null);
    }
    if (GrpcNames.SCHEME.equals(name)) {
      boolean known = GrpcNames.HTTP.equals(value) || HTTPS.equals(value);
      return once(SEEN_SCHEME, known ? null : HeaderFault.SCHEME);
    }
    if (GrpcNames.PATH.equals(name)) {
      boolean valid = !value.isEmpty() && value.byteAt(0) == '/' && all(value, FieldBytes.PATH);
      return once(SEEN_PATH, valid ? null : HeaderFault.PATH);
    }
    if (GrpcNames.AUTHORITY.equals(name)) {
      authority = value;
      return once(SEEN_AUTHORITY, isAuthority(value) ? null : HeaderFault.AUTHORITY);
    }
    return HeaderFault.PSEUDO_UNKNOWN;
  }

  private @Nullable HeaderFault checkRegular(AsciiString name, AsciiString value) {
    // Lengths sort out nearly every field without comparing bytes.
    return switch (name.length()) {
      case 2 ->
          GrpcNames.TE.equals(name) && !GrpcNames.TRAILERS.equals(value) ? HeaderFault.TE : null;
      case 4 -> HOST.equals(name) ? checkHost(value) : null;
      case 7 -> UPGRADE.equals(name) ? HeaderFault.CONNECTION : null;
      case 10 -> CONNECTION.equals(name) || KEEP_ALIVE.equals(name) ? HeaderFault.CONNECTION : null;
      case 11 -> GrpcNames.GRPC_STATUS.equals(name) ? once(SEEN_GRPC_STATUS, null) : null;
      case 12 -> checkTwelve(name, value);
      case 13 -> GrpcNames.GRPC_ENCODING.equals(name) ? once(SEEN_ENCODING, null) : null;
      case 14 -> GrpcNames.CONTENT_LENGTH.equals(name) ? checkContentLength(value) : null;
      case 16 -> PROXY_CONNECTION.equals(name) ? HeaderFault.CONNECTION : null;
      case 17 -> TRANSFER_ENCODING.equals(name) ? HeaderFault.CONNECTION : null;
      default -> null;
    };
  }

  /** The three fields whose names have twelve letters. */
  private @Nullable HeaderFault checkTwelve(AsciiString name, AsciiString value) {
    if (GrpcNames.CONTENT_TYPE.equals(name)) {
      if (block == Block.REQUEST && !isGrpc(value) && notGrpc == null) {
        notGrpc = HeaderFault.CONTENT_TYPE;
      }
      return once(SEEN_CONTENT_TYPE, null);
    }
    if (GrpcNames.GRPC_TIMEOUT.equals(name)) {
      return once(SEEN_TIMEOUT, null);
    }
    return GrpcNames.GRPC_MESSAGE.equals(name) ? once(SEEN_GRPC_MESSAGE, null) : null;
  }

  private @Nullable HeaderFault checkHost(AsciiString value) {
    if (block != Block.REQUEST) {
      return null;
    }
    host = value;
    return once(SEEN_HOST, isAuthority(value) ? null : HeaderFault.HOST);
  }

  private @Nullable HeaderFault checkContentLength(AsciiString value) {
    if (value.isEmpty() || value.length() > CONTENT_LENGTH_DIGITS_MAX) {
      return HeaderFault.CONTENT_LENGTH;
    }
    long bytes = 0;
    for (int i = 0; i < value.length(); i++) {
      int digit = value.byteAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return HeaderFault.CONTENT_LENGTH;
      }
      bytes = 10 * bytes + digit;
    }
    contentLength = bytes;
    return once(SEEN_CONTENT_LENGTH, null);
  }

  private @Nullable HeaderFault once(int field, @Nullable HeaderFault otherwise) {
    if ((seen & field) != 0) {
      return HeaderFault.REPEATED;
    }
    seen |= field;
    return otherwise;
  }

  /** Whether every byte of the text, which is not empty, is of this kind of {@link FieldBytes}. */
  private boolean all(AsciiString text, int kind) {
    if (sound.find(text) == kind) {
      return true;
    }
    boolean all = FieldBytes.all(text, kind);
    if (all) {
      sound.keep(text, kind);
    }
    return all;
  }

  private boolean isAuthority(AsciiString value) {
    return !value.isEmpty() && all(value, FieldBytes.AUTHORITY);
  }

  /** Three digits from 100 to 599. */
  private static boolean isStatus(AsciiString value) {
    return value.length() == 3
        && value.byteAt(0) >= '1'
        && value.byteAt(0) <= '5'
        && isDigit(value.byteAt(1))
        && isDigit(value.byteAt(2));
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  /**
   * Whether a content type is protobuf over gRPC: {@code application/grpc}, {@code
   * application/grpc+proto}, either with parameters.
   */
  public static boolean isGrpc(AsciiString contentType) {
    AsciiString grpc = GrpcNames.APPLICATION_GRPC;
    if (!contentType.regionMatches(true, 0, grpc, 0, grpc.length())) {
      return false;
    }
    int end = grpc.length();
    if (contentType.regionMatches(true, end, PROTO_SUFFIX, 0, PROTO_SUFFIX.length())) {
      end += PROTO_SUFFIX.length();
    }
    while (end < contentType.length() && contentType.byteAt(end) == ' ') {
      end++;
    }
    return end == contentType.length() || contentType.byteAt(end) == ';';
  }
}
