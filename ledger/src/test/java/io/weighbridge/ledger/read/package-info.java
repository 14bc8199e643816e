/** Tests. */
@NullMarked
package io.weighbridge.ledger.read;

import org.jspecify.annotations.NullMarked;
