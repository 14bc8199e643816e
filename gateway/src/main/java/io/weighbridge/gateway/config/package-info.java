/**
 * The gateway's configuration file: strict, and every problem at once with file and line.
 *
 * <p>Start at {@link io.weighbridge.gateway.config.GatewayConfig}. Everything here is immutable
 * once read; reading happens on the thread that starts the process.
 */
@NullMarked
package io.weighbridge.gateway.config;

import org.jspecify.annotations.NullMarked;
