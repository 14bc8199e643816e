package io.weighbridge.gateway.http2;

/** What happens to a connection as a whole. Called on its event loop. */
public interface ConnectionListener {

  /** Settings were exchanged: the connection can carry streams. */
  void ready(Connection connection);

  /** The peer changed its settings later: it may allow more streams now, or fewer. */
  default void settingsChanged(Connection connection) {}

  /** The peer opened a stream; the first call on the answer is {@link StreamListener#headers}. */
  StreamListener accept(Connection connection, int streamId);

  /**
   * A stream of the peer was refused before anybody heard of it: one too many, or with too long a
   * header list.
   */
  void refused(Connection connection);

  /** The peer said goodbye: no more streams may be opened, those open may finish. */
  void goingAway(Connection connection);

  /** The connection has ended, or was never made; every stream was told before. */
  void closed();

  /**
   * The peer broke a limit ({@link ErrorCode#ENHANCE_YOUR_CALM}) or the protocol, and is being shut
   * out.
   */
  void violated(Connection connection, long errorCode);
}
