package io.weighbridge.gateway.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.route.ModelRoute;
import io.weighbridge.gateway.route.ModelSpec;
import io.weighbridge.gateway.route.RouteTable;
import io.weighbridge.gateway.route.ServiceTable;
import io.weighbridge.health.v1.HealthCheckRequest;
import io.weighbridge.health.v1.HealthCheckResponse;
import io.weighbridge.health.v1.HealthCheckResponse.ServingStatus;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The health of what one caller asked about (grpc.health.v1): of the gateway, of a service it
 * routes, or of a model. Immutable.
 *
 * <p>Anybody may ask about the gateway and its services. A model has a health only for callers who
 * may predict with it; for all others it is as unknown as one that does not exist.
 */
public final class Health {
  /** The service of predictions; a model's health is asked for behind it and a slash. */
  private static final String INFERENCE = "inference.GRPCInferenceService";

  private static final String MODEL_PREFIX = INFERENCE + "/";

  private static final byte[][] MESSAGES =
      Arrays.stream(ServingStatus.values())
          .filter(status -> status != ServingStatus.UNRECOGNIZED)
          .map(status -> HealthCheckResponse.newBuilder().setStatus(status).build().toByteArray())
          .toArray(byte[][]::new);

  private final String service;

  private Health(String service) {
    this.service = service;
  }

  /** What a request asks about, or null when it is no request. */
  public static @Nullable Health asked(byte[] request) {
    try {
      return new Health(HealthCheckRequest.parseFrom(request).getService());
    } catch (InvalidProtocolBufferException _) {
      // What a caller sends is no defect of ours: the call is refused.
      return null;
    }
  }

  /** Whether it depends on who asks. */
  public boolean ofModel() {
    return service.startsWith(MODEL_PREFIX);
  }

  /**
   * How it is now.
   *
   * @param caller who asks, or null when that is not known
   */
  public ServingStatus status(
      boolean ready,
      RouteTable routes,
      HostTable hosts,
      ServiceTable services,
      @Nullable Caller caller) {
    boolean serves = ready;
    if (ofModel()) {
      byte[] name = service.substring(MODEL_PREFIX.length()).getBytes(UTF_8);
      ModelRoute model = routes.find(name, name.length);
      if (model == null || caller == null || !caller.mayCall(model.name())) {
        return ServingStatus.SERVICE_UNKNOWN;
      }
      serves = ready && anyHost(model, hosts);
    } else if (!service.isEmpty() && !service.equals(INFERENCE) && !services.serves(service)) {
      return ServingStatus.SERVICE_UNKNOWN;
    }
    return serves ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  }

  /** Whether a host may answer for a version that calls are routed to. */
  private static boolean anyHost(ModelRoute model, HostTable hosts) {
    for (ModelSpec.Range range : model.spec().ranges()) {
      Target target = model.target(range.version());
      if (target != null && hosts.eligible(target.slot()).length > 0) {
        return true;
      }
    }
    return false;
  }

  /** The message that says it. Borrowed. */
  public static byte[] message(ServingStatus status) {
    return MESSAGES[status.getNumber()];
  }
}
