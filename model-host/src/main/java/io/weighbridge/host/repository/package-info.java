/**
 * The models on disk and in memory: read once, hashed, loaded, served by generation.
 *
 * <p>Start at {@link io.weighbridge.host.repository.ModelRepository}. Reading happens on one thread
 * at a time; everybody else sees whole generations.
 */
@NullMarked
package io.weighbridge.host.repository;

import org.jspecify.annotations.NullMarked;
