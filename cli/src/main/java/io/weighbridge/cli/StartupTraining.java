package io.weighbridge.cli;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.weighbridge.admin.v1.ModelTraffic;
import io.weighbridge.admin.v1.ShowTrafficRequest;
import io.weighbridge.admin.v1.ShowTrafficResponse;
import io.weighbridge.admin.v1.TrafficServiceGrpc;
import io.weighbridge.admin.v1.VersionTraffic;
import io.weighbridge.cli.terminal.Console;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Runs the commands that must start fast, so that the JVM can store their classes loaded and linked
 * (an AOT cache). The launcher runs it once per build.
 */
public final class StartupTraining {
  private StartupTraining() {}

  /** Runs the training. */
  public static void main(String[] arguments) throws IOException {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new OneModel())
            .build()
            .start();
    Path key = Files.createTempFile("weighbridge-training", ".key");
    try {
      Files.writeString(key, "wb_training_" + "0".repeat(43));
      run("--help");
      run("traffic", "show", "--help");
      run("trafic");
      String address = "127.0.0.1:" + server.getPort();
      for (String format : new String[] {"table", "json"}) {
        run("traffic", "show", "-o", format, "--admin", address, "--key-file", key.toString());
      }
    } finally {
      Files.delete(key);
      server.shutdownNow();
    }
    System.exit(0);
  }

  private static void run(String... arguments) {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    CommandTree.forArguments(new Console(nowhere, nowhere, true, false), arguments)
        .execute(arguments);
  }

  private static final class OneModel extends TrafficServiceGrpc.TrafficServiceImplBase {
    @Override
    public void showTraffic(
        ShowTrafficRequest request, StreamObserver<ShowTrafficResponse> responses) {
      VersionTraffic version =
          VersionTraffic.newBuilder().setVersion("1").addLabels("stable").setRealCalls(1).build();
      ModelTraffic model =
          ModelTraffic.newBuilder().setModel("training").addVersions(version).build();
      responses.onNext(ShowTrafficResponse.newBuilder().addModels(model).build());
      responses.onCompleted();
    }
  }
}
