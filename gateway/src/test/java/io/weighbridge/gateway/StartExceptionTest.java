package io.weighbridge.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/** What an operator is told to try. */
final class StartExceptionTest {
  private static String lines(String host, int port) {
    return catchThrowableOfType(
            StartException.class,
            () ->
                StartException.listening(
                    "listen.http.address",
                    new InetSocketAddress(host, port),
                    () -> {
                      throw new IOException(new BindException("kein Zutritt"));
                    }))
        .lines();
  }

  @Test
  void aPortThatIsTakenIsToBeFreed() {
    assertThat(lines("127.0.0.1", 9002))
        .contains("error: cannot listen on 127.0.0.1:9002 (listen.http.address)")
        .contains("why: kein Zutritt")
        .contains("try: stop the process that listens there");
  }

  @Test
  void anAddressOfAnotherMachineIsToBeReplaced() {
    // RFC 5737: nobody has it.
    assertThat(lines("192.0.2.1", 9002))
        .contains("try: give listen.http.address an address of this machine")
        .doesNotContain("stop the process");
  }

  @Test
  void aPrivilegedPortIsToBeAllowedOrFreed() {
    assertThat(lines("0.0.0.0", 80)).contains("try: let this one have ports below 1024");
  }
}
