/**
 * What a model's bytes are called and who says so: digests, manifests, signed envelopes and the
 * statement by which a host proves what it has loaded.
 *
 * <p>Start at {@link io.weighbridge.integrity.HostStatements}. Everything here is immutable or
 * without state, and blocks only on the file system.
 */
@NullMarked
package io.weighbridge.integrity;

import org.jspecify.annotations.NullMarked;
