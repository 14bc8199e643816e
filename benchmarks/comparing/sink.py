"""A sink for spans: takes OTLP over HTTP, counts, forgets. Run as a program; ends on SIGTERM."""

import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Sink(BaseHTTPRequestHandler):
    """Answers every export with an empty, successful response."""

    protocol_version = "HTTP/1.1"
    exports = 0

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        Sink.exports += 1
        self.send_response(200)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Nothing: a log line per export would be work on a measured core."""


def main():
    server = HTTPServer(("127.0.0.1", 0), Sink)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"ready http=http://127.0.0.1:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    finally:
        print(f"ended exports={Sink.exports}", flush=True)


if __name__ == "__main__":
    main()
