package io.weighbridge.gateway.call;

import io.netty.handler.ssl.SslContext;

/**
 * How connections to one host are secured. Immutable.
 *
 * @param context verifies the host's certificate, its name included
 * @param serverName the name the certificate must carry
 */
public record HostTls(SslContext context, String serverName) {}
