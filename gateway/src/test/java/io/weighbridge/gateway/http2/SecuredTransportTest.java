package io.weighbridge.gateway.http2;

import io.weighbridge.gateway.config.ClientTls;
import io.weighbridge.gateway.config.ServerTls;
import io.weighbridge.gateway.tls.TlsContexts;
import io.weighbridge.integrity.TestCa;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract, kept by our own transport behind TLS: all of it but for what merely takes its time,
 * which knows nothing of TLS.
 */
class SecuredTransportTest
    implements FrameContract,
        FlowContract,
        FloodContract,
        CallContract,
        DrainContract,
        PauseContract {
  @TempDir private Path folder;
  private final TlsContexts contexts = new TlsContexts();
  private SecuredTested.Contexts both;

  @BeforeEach
  void certify() throws Exception {
    TestCa ca = new TestCa(folder, "ca");
    TestCa.Issued own = ca.issue("own", "DNS:localhost");
    both =
        new SecuredTested.Contexts(
            Objects.requireNonNull(
                contexts.server(
                    "server",
                    new ServerTls(
                        own.certificate(), own.key(), null, ServerTls.ClientCertificate.OPTIONAL))),
            Objects.requireNonNull(
                contexts.client("client", new ClientTls(ca.file(), null, null, "localhost"))),
            ca.context(own));
  }

  @AfterEach
  void close() {
    contexts.close();
  }

  @Override
  public Tested.Maker transport() {
    return (loop, queuedBytesMax) -> new SecuredTested(loop, queuedBytesMax, both);
  }
}
