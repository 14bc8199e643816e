/** Tests. */
@NullMarked
package io.weighbridge.ledger.note;

import org.jspecify.annotations.NullMarked;
