/**
 * What callers see when the network or a host fails. Start at {@link
 * io.weighbridge.conformance.fault.FaultTest}; {@link io.weighbridge.conformance.fault.FaultProxy}
 * makes the faults. Each proxy has a thread of its own, tests run on JUnit's.
 */
@NullMarked
package io.weighbridge.conformance.fault;

import org.jspecify.annotations.NullMarked;
