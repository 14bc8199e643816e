#define _GNU_SOURCE
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"
#include "net.h"

static const char usage[] =
    "wb-load --target HOST:PORT [options]: calls ModelInfer and prints one line of JSON\n"
    "\n"
    "  --connections N    connections (1)\n"
    "  --streams N        calls in flight on each (1)\n"
    "  --rate N           open loop: N calls a second, latency from the intended send time (closed loop)\n"
    "  --warmup SECONDS   before counting begins (2)\n"
    "  --seconds SECONDS  counted (5)\n"
    "  --tensor BYTES     raw tensor in each request (1024)\n"
    "  --expect BYTES     length each response message must have (not checked beyond its own prefix)\n"
    "  --method NAME      service/method called (inference.GRPCInferenceService/ModelInfer)\n"
    "  --model NAME       model_name (bench)\n"
    "  --models N         N models called at random: NAME-0 to NAME-(N-1) (the one of that name)\n"
    "  --version V        model_version (left to the server)\n"
    "  --token TOKEN      sent as authorization: Bearer TOKEN\n"
    "  --timeout VALUE    grpc-timeout, as on the wire: 5S, 200m\n"
    "  --tls FILE         TLS; the server's certificate must be signed by a root of this PEM file and carry the address\n"
    "  --authority NAME   :authority (the target)\n"
    "  --require NAME     a header or trailer each answer must have (up to 4 times)\n"
    "  --sampled PERCENT  share of calls whose traceparent asks to be traced (0)\n"
    "  --watch NAME=PID,PID   also print these processes' CPU time, per call and in all (up to 4 times)\n"
    "\n"
    "exit: 0 every call succeeded; 1 some failed; 64 usage; 69 unreachable\n"
    "example: wb-load --target 127.0.0.1:9000 --connections 4 --streams 8 --seconds 10 --watch gateway=4242\n";

static double number(const char *name, const char *text, double min, double max) {
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != 0 || !(value >= min && value <= max))
        die(EXIT_USAGE, "--%s %s: not a number from %g to %g", name, text, min, max);
    return value;
}

static void read_option(struct options *options, const char *name, char *value) {
#define IS(text) (strcmp(name, text) == 0)
    if (IS("target")) {
        options->target = parse_address(value);
        options->target_text = value;
    } else if (IS("connections")) {
        options->connections = (int)number(name, value, 1, CONNECTIONS_MAX);
    } else if (IS("streams")) {
        options->streams = (int)number(name, value, 1, 100000);
    } else if (IS("rate")) {
        options->rate = number(name, value, 0.1, 1e7);
    } else if (IS("warmup")) {
        options->warmup_s = number(name, value, 0, 3600);
    } else if (IS("seconds")) {
        options->seconds = number(name, value, 0.1, 86400);
    } else if (IS("tensor")) {
        options->tensor_bytes = (size_t)number(name, value, 1, 64 << 20);
    } else if (IS("expect")) {
        options->expected_bytes = (long)number(name, value, 0, 1 << 30);
    } else if (IS("method")) {
        options->method = value;
    } else if (IS("model")) {
        options->model = value;
    } else if (IS("models")) {
        options->models = (int)number(name, value, 1, MODELS_MAX);
    } else if (IS("version")) {
        options->version = value;
    } else if (IS("token")) {
        options->token = value;
    } else if (IS("timeout")) {
        options->timeout = value;
    } else if (IS("authority")) {
        options->authority = value;
    } else if (IS("tls")) {
        options->ca_file = value;
    } else if (IS("require")) {
        if (options->required_count == REQUIRED_MAX) die(EXIT_USAGE, "--require: at most %d", REQUIRED_MAX);
        options->required[options->required_count++] = value;
    } else if (IS("sampled")) {
        options->sampled = number(name, value, 0, 100) / 100;
    } else if (IS("watch")) {
        if (options->watched_count == WATCHED_MAX) die(EXIT_USAGE, "--watch: at most %d", WATCHED_MAX);
        options->watched[options->watched_count++] = watched_parse(value);
    }
#undef IS
}

struct options load_options(int argc, char **argv) {
    static const struct option known[] = {
        {"target", required_argument, NULL, 'o'},  {"connections", required_argument, NULL, 'o'},
        {"streams", required_argument, NULL, 'o'}, {"rate", required_argument, NULL, 'o'},
        {"warmup", required_argument, NULL, 'o'},  {"seconds", required_argument, NULL, 'o'},
        {"tensor", required_argument, NULL, 'o'},  {"expect", required_argument, NULL, 'o'},
        {"model", required_argument, NULL, 'o'},   {"models", required_argument, NULL, 'o'},
        {"version", required_argument, NULL, 'o'},
        {"token", required_argument, NULL, 'o'},   {"timeout", required_argument, NULL, 'o'},
        {"watch", required_argument, NULL, 'o'},   {"authority", required_argument, NULL, 'o'},
        {"sampled", required_argument, NULL, 'o'}, {"require", required_argument, NULL, 'o'},
        {"tls", required_argument, NULL, 'o'},     {"method", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct options options = {.connections = 1, .streams = 1, .warmup_s = 2, .seconds = 5, .tensor_bytes = 1024,
                              .expected_bytes = -1, .method = "inference.GRPCInferenceService/ModelInfer",
                              .model = "bench", .version = ""};
    int choice, index;
    while ((choice = getopt_long(argc, argv, "h", known, &index)) != -1) {
        if (choice == 'h') {
            fputs(usage, stdout);
            exit(0);
        }
        if (choice != 'o') exit(EXIT_USAGE);
        read_option(&options, known[index].name, optarg);
    }
    if (optind < argc) die(EXIT_USAGE, "%s: unknown argument (--help lists them)", argv[optind]);
    if (options.target_text == NULL) die(EXIT_USAGE, "--target is missing (--help lists the options)");
    if (options.authority == NULL) options.authority = options.target_text;
    return options;
}
