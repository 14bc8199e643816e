/** Tests. */
@NullMarked
package io.weighbridge.ledger.tree;

import org.jspecify.annotations.NullMarked;
