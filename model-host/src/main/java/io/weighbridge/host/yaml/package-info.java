/**
 * Strict reading of YAML files: every problem of a file at once, each with its line.
 *
 * <p>Start at {@link io.weighbridge.host.yaml.Section}. Confined to the thread that reads.
 */
@NullMarked
package io.weighbridge.host.yaml;

import org.jspecify.annotations.NullMarked;
