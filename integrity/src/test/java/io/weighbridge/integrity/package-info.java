/** Tests of digests, manifests, envelopes and host statements. */
@NullMarked
package io.weighbridge.integrity;

import org.jspecify.annotations.NullMarked;
