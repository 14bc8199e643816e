package io.weighbridge.benchmarks.peer;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.weighbridge.admin.v1.SetTrafficRequest;
import io.weighbridge.admin.v1.TrafficServiceGrpc;
import io.weighbridge.admin.v1.Weight;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * An operator who shifts traffic all the time: each change is a route table swapped under load.
 *
 * <p>Arguments: {@code HOST:PORT} of a gateway's admin listener, the file of an admin key, a model
 * with versions 1 and 2, and milliseconds from one change to the next. Prints {@code ready
 * swaps=HOST:PORT} and goes on until it is killed; a change that fails ends it.
 */
public final class TrafficSwaps {
  private static final int EXIT_USAGE = 64;
  private static final int MILLION = 1_000_000;
  private static final int[] SHARES = {100_000, 200_000};

  private TrafficSwaps() {}

  /** Runs until it is killed. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length != 4) {
      System.err.println("usage: bench-swaps ADMIN_HOST:PORT KEY_FILE MODEL PERIOD_MS");
      System.exit(EXIT_USAGE);
    }
    Metadata metadata = new Metadata();
    metadata.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
        "Bearer " + Files.readString(Path.of(arguments[1])).strip());
    ManagedChannel channel = NettyChannelBuilder.forTarget(arguments[0]).usePlaintext().build();
    var traffic =
        TrafficServiceGrpc.newBlockingStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
    long periodNs = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(arguments[3]));
    long nextNs = System.nanoTime();
    System.out.println("ready swaps=" + arguments[0]);
    for (int i = 0; ; i++) {
      var _ = traffic.setTraffic(change(arguments[2], SHARES[i % SHARES.length]));
      nextNs += periodNs;
      TimeUnit.NANOSECONDS.sleep(nextNs - System.nanoTime());
    }
  }

  private static SetTrafficRequest change(String model, int secondPpm) {
    return SetTrafficRequest.newBuilder()
        .setModel(model)
        .addWeights(Weight.newBuilder().setVersion("1").setPpm(MILLION - secondPpm))
        .addWeights(Weight.newBuilder().setVersion("2").setPpm(secondPpm))
        .setReason("bench: a table swapped under load")
        .build();
  }
}
