/**
 * What makes a test class fail that does not give its buffers back. Start at {@link
 * io.weighbridge.leaks.LeakCheck}. Tests run one class after another; buffers come and go on any
 * thread.
 */
@NullMarked
package io.weighbridge.leaks;

import org.jspecify.annotations.NullMarked;
