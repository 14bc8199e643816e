package io.weighbridge.gateway.pipeline;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.local.LocalChannel;
import io.netty.util.AsciiString;
import io.weighbridge.gateway.http2.Connection;
import io.weighbridge.gateway.http2.ConnectionListener;
import io.weighbridge.gateway.http2.StreamListener;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A service that calls for as long as it is open, and connects again when it must. Confined to its
 * loop.
 */
final class SimulatedCaller implements ConnectionListener {
  private static final List<SimulatedCall.Way> WAYS =
      List.copyOf(EnumSet.complementOf(EnumSet.of(SimulatedCall.Way.LAST)));
  private static final int PAUSE_MS_MAX = 60;
  private static final int CALM_PAUSE_MS_MAX = 20;
  private static final int RECONNECT_MS_MAX = 500;

  final List<SimulatedCall> calls = new ArrayList<>();
  private final SimulatedWorld world;
  private final String name;
  final AsciiString authorization;
  private @Nullable Connection connection;
  private @Nullable Channel channel;
  private @Nullable SimulatedLine line;
  private boolean open = true;
  private int made;

  /** Calls begun in a millisecond, however many are open; 0 for one now and then. */
  double callsPerMs;

  /** Connects with this key. */
  SimulatedCaller(SimulatedWorld world, String name, String token) {
    this.world = world;
    this.name = name;
    authorization = AsciiString.of("Bearer " + token);
    connect();
  }

  private void connect() {
    if (!open) {
      return;
    }
    SimulatedLine fresh = new SimulatedLine(world.loop, world.callerWeather());
    line = fresh;
    var _ =
        new Bootstrap()
            .group(world.loop.events)
            .channel(LocalChannel.class)
            .option(ChannelOption.ALLOCATOR, world.loop.allocator)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel made) {
                    channel = made;
                    made.pipeline().addLast(fresh);
                    world.peers.connect(made, PathHarness.HTTP2, SimulatedCaller.this);
                  }
                })
            .connect(world.address());
  }

  @Override
  public void ready(Connection ready) {
    connection = ready;
    callOn(ready);
  }

  /** Calls now and then for as long as this connection is the caller's. */
  @SuppressWarnings("ReferenceEquality") // Another connection is another object.
  private void callOn(Connection on) {
    if (!open || on != connection) {
      return;
    }
    if (callsPerMs > 0) {
      for (double due = callsPerMs + world.loop.random.nextDouble(); due >= 1; due--) {
        call(SimulatedCall.Way.PLAIN);
      }
      world.loop.after(TimeUnit.MILLISECONDS.toNanos(1), () -> callOn(on));
      return;
    }
    call(world.calm || world.loop.happens(50) ? SimulatedCall.Way.PLAIN : any());
    int pauseMsMax = world.calm ? CALM_PAUSE_MS_MAX : PAUSE_MS_MAX;
    world.loop.after(world.loop.someMs(pauseMsMax), () -> callOn(on));
  }

  private SimulatedCall.Way any() {
    return WAYS.get(world.loop.random.nextInt(WAYS.size()));
  }

  /** Makes a call of this way; null when the connection takes none. */
  @Nullable SimulatedCall call(SimulatedCall.Way way) {
    Connection on = connection;
    SimulatedLine over = line;
    if (on == null || over == null || !on.usable()) {
      return null;
    }
    SimulatedCall call = new SimulatedCall(this, way, world, on, over);
    if (!call.begin()) {
      return null;
    }
    calls.add(call);
    return call;
  }

  /** A key that no other call has. */
  String nextKey() {
    return name + "-" + made++;
  }

  /** Begins no more calls. */
  void stopCalling() {
    open = false;
  }

  /** Whether its connection can be relied on. */
  boolean sound() {
    return connection != null && connection.usable() && line != null && line.sound();
  }

  void disconnect() {
    if (channel != null) {
      var _ = channel.close();
    }
  }

  @Override
  public StreamListener accept(Connection accepting, int streamId) {
    throw new IllegalStateException("gateways open no streams");
  }

  @Override
  public void goingAway(Connection leaving) {
    world.loop.after(world.loop.someMs(RECONNECT_MS_MAX), this::connect);
  }

  @Override
  public void closed() {
    connection = null;
    world.loop.after(world.loop.someMs(RECONNECT_MS_MAX), this::connect);
  }

  @Override
  public void refused(Connection by) {
    // Gateways open no streams.
  }

  @Override
  public void violated(Connection by, long errorCode) {
    SimulatedLine over = line;
    world.loop.expect(over != null && !over.sound(), "the gateway broke HTTP/2: " + errorCode);
  }
}
