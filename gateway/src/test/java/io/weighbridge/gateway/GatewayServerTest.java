package io.weighbridge.gateway;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weighbridge.gateway.config.GatewayConfig;
import io.weighbridge.ledger.LedgerConfig;
import io.weighbridge.ledger.write.LedgerFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway in this process, from start to stop. */
final class GatewayServerTest {
  @TempDir private Path folder;

  private GatewayConfig config() throws Exception {
    String loopback = "{address: \"127.0.0.1:0\"}";
    Path file =
        Files.writeString(
            folder.resolve("gateway.yaml"),
            "gateway: {id: gw-test}\nlisten: {predict: %s, admin: %s, http: %s}\n"
                .formatted(loopback, loopback, loopback));
    return GatewayConfig.load(file);
  }

  @Test
  void theLedgerIsSealedThoughTheStateCannotBeClosed() throws Exception {
    GatewayServer broken = GatewayServer.start(config());
    // Whoever waits for the state is told that it was interrupted.
    Thread.currentThread().interrupt();
    assertThatThrownBy(broken::stop)
        .isInstanceOf(IOException.class)
        .hasMessage("interrupted while waiting for the state");
    var _ = Thread.interrupted(); // Or the next one is told so, too.
    LedgerConfig ledger =
        LedgerConfig.of(
            folder.resolve("ledger"),
            folder.resolve("state"),
            "gw-test",
            GatewayServer.VERSION,
            Runtime.getRuntime().availableProcessors());
    // It would be in use.
    LedgerFiles.open(ledger).close();
  }
}
