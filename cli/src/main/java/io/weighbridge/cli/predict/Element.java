package io.weighbridge.cli.predict;

import io.weighbridge.cli.terminal.CliException;
import java.math.BigInteger;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** One number, word or truth of a tensor, and where it stands. Immutable. */
record Element(String tensor, List<Long> shape, int index, JsonNode value) {

  /** A whole number that fits INT8 to UINT64. */
  BigInteger whole(String datatype) {
    boolean signed = datatype.startsWith("INT");
    int bits = Integer.parseInt(datatype.substring(datatype.indexOf("INT") + "INT".length()));
    BigInteger end = BigInteger.ONE.shiftLeft(signed ? bits - 1 : bits);
    BigInteger least = signed ? end.negate() : BigInteger.ZERO;
    BigInteger number = value.bigIntegerValue();
    if (number.compareTo(least) < 0 || number.compareTo(end) >= 0) {
      throw beyond(datatype, least + " to " + end.subtract(BigInteger.ONE));
    }
    return number;
  }

  /** A number that FP32 has. */
  float single() {
    float number = (float) value.doubleValue();
    if (Float.isInfinite(number)) {
      throw beyond("FP32", -Float.MAX_VALUE + " to " + Float.MAX_VALUE);
    }
    return number;
  }

  /** A number that FP64 has. */
  double real() {
    double number = value.doubleValue();
    if (Double.isInfinite(number)) {
      throw beyond("FP64", -Double.MAX_VALUE + " to " + Double.MAX_VALUE);
    }
    return number;
  }

  /** A text; null is none. */
  String text() {
    if (value.isNull()) {
      throw InputTensors.wrong("input " + this + " is null, which is no BYTES");
    }
    return value.stringValue();
  }

  private CliException beyond(String datatype, String range) {
    return InputTensors.wrong(
        "input " + this + " is " + value + "; " + datatype + " takes " + range);
  }

  /** The tensor's name and the way to it, such as {@code x[0][2]}. */
  @Override
  public String toString() {
    StringBuilder way = new StringBuilder();
    int left = index;
    for (long length : shape.reversed()) {
      way.insert(0, "[" + left % length + "]");
      left = (int) (left / length);
    }
    return tensor + way;
  }
}
