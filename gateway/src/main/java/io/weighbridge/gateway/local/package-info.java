/**
 * What the gateway answers of itself, rather than a host: its health, its models, its figures, its
 * protocol. Start at {@link io.weighbridge.gateway.local.LocalServices}. Answers are made on event
 * loops, of snapshots and of figures that any thread may read.
 */
@NullMarked
package io.weighbridge.gateway.local;

import org.jspecify.annotations.NullMarked;
