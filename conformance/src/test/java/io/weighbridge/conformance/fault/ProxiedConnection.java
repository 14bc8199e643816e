package io.weighbridge.conformance.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** A connection that was taken, and the one made for it. Confined to its proxy's thread. */
final class ProxiedConnection {
  private final SocketChannel caller;
  private final SocketChannel target;
  private final SelectionKey callerKey;
  private final SelectionKey targetKey;
  private final Flow up;
  private final Flow down;
  private boolean vanished;
  private boolean forgotten;

  /**
   * Joins the two.
   *
   * @param garbles called before a garbled byte is passed on
   */
  ProxiedConnection(SocketChannel caller, SocketChannel target, Selector selector, Runnable garbles)
      throws IOException {
    this.caller = caller;
    this.target = target;
    for (SocketChannel each : new SocketChannel[] {caller, target}) {
      each.configureBlocking(false);
      each.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
    up = new Flow(caller, target, garbles);
    down = new Flow(target, caller, garbles);
    callerKey = caller.register(selector, SelectionKey.OP_READ, this);
    targetKey = target.register(selector, SelectionKey.OP_READ, this);
  }

  void suffer(Fault towardsTarget, Fault towardsCaller, long nowNs) {
    up.suffer(towardsTarget, nowNs);
    down.suffer(towardsCaller, nowNs);
  }

  /** Both ends believe that the other is there, and never hear of it again. */
  void vanish() {
    vanished = true;
    up.swallow();
    down.swallow();
  }

  /**
   * Moves what can be moved.
   *
   * @return false when it is over and both ends are closed
   */
  boolean pump(long nowNs) {
    if (forgotten) {
      return true;
    }
    try {
      if (!up.pump(nowNs) || !down.pump(nowNs)) {
        cut();
        return false;
      }
      if (up.isFinished() && down.isFinished()) {
        close();
        return false;
      }
    } catch (IOException e) {
      // One end broke off. Where the network has vanished, the other does not hear of that.
      if (!vanished) {
        reset();
        return false;
      }
      forgotten = true;
      callerKey.cancel();
      targetKey.cancel();
      return true;
    }
    callerKey.interestOps(interest(up, down, nowNs));
    targetKey.interestOps(interest(down, up, nowNs));
    return true;
  }

  private static int interest(Flow from, Flow to, long nowNs) {
    return (from.wantsToRead(nowNs) ? SelectionKey.OP_READ : 0)
        | (to.wantsToWrite() ? SelectionKey.OP_WRITE : 0);
  }

  boolean isTimed() {
    return up.isTimed() || down.isTimed();
  }

  private void cut() {
    if (up.cutsByReset() || down.cutsByReset()) {
      reset();
    } else {
      close();
    }
  }

  /** Ends both ends by a reset (RFC 9293 section 3.5.2). */
  void reset() {
    for (SocketChannel each : new SocketChannel[] {caller, target}) {
      try {
        each.setOption(StandardSocketOptions.SO_LINGER, 0);
      } catch (IOException e) {
        // It is closed already, which is what was wanted.
        continue;
      }
      close(each);
    }
  }

  /** Ends both ends in good order. */
  void close() {
    close(caller);
    close(target);
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
