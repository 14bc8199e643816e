/**
 * The model host: a process that serves models over the Open Inference Protocol and proves which
 * bytes it has loaded.
 *
 * <p>Start at {@link io.weighbridge.host.ModelHostMain}. The main thread reads the configuration,
 * loads the models, and then waits for signals.
 */
@NullMarked
package io.weighbridge.host;

import org.jspecify.annotations.NullMarked;
