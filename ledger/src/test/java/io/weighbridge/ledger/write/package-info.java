/** Tests of the writing side. */
@NullMarked
package io.weighbridge.ledger.write;

import org.jspecify.annotations.NullMarked;
