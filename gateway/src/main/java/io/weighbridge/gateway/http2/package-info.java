/**
 * HTTP/2 connections (RFC 9113): frames, streams and flow control behind two small interfaces of
 * our own. Knows no gRPC.
 *
 * <p>Start at {@link io.weighbridge.gateway.http2.Connection} and {@link
 * io.weighbridge.gateway.http2.StreamListener}. Everything about one connection is confined to its
 * event loop.
 */
@NullMarked
package io.weighbridge.gateway.http2;

import org.jspecify.annotations.NullMarked;
