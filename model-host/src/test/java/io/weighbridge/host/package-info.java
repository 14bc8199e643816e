/** Tests of the process as a whole, and what all tests of this module build on. */
@NullMarked
package io.weighbridge.host;

import org.jspecify.annotations.NullMarked;
