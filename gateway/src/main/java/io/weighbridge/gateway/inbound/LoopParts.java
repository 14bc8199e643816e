package io.weighbridge.gateway.inbound;

import io.netty.channel.EventLoop;
import io.weighbridge.gateway.http2.Sweeper;
import io.weighbridge.gateway.http2.Transport;
import io.weighbridge.gateway.pipeline.CallLoop;

/** Everything that belongs to one event loop. Its parts are confined to the loop. */
public record LoopParts(
    int index, EventLoop eventLoop, Transport transport, Sweeper sweeper, CallLoop callLoop) {}
