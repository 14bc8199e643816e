/**
 * The demo: starts two model hosts and a gateway, sends real sentences, and shows what Weighbridge
 * promises. Nothing is said that was not observed in the same run.
 *
 * <p>Start at {@link io.weighbridge.cli.demo.DemoCommand}; chapters are played in the order of
 * {@link io.weighbridge.cli.demo.Story}, on the main thread.
 */
@NullMarked
package io.weighbridge.cli.demo;

import org.jspecify.annotations.NullMarked;
