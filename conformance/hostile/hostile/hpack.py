"""Header compression (RFC 7541): enough to be understood, and everything to understand a peer."""

_STATIC = [tuple(field.split("=", 1)) for field in (
    ":authority=|:method=GET|:method=POST|:path=/|:path=/index.html|:scheme=http|:scheme=https|:status=200|"
    ":status=204|:status=206|:status=304|:status=400|:status=404|:status=500|accept-charset=|"
    "accept-encoding=gzip, deflate|accept-language=|accept-ranges=|accept=|access-control-allow-origin=|age=|"
    "allow=|authorization=|cache-control=|content-disposition=|content-encoding=|content-language=|"
    "content-length=|content-location=|content-range=|content-type=|cookie=|date=|etag=|expect=|expires=|from=|"
    "host=|if-match=|if-modified-since=|if-none-match=|if-range=|if-unmodified-since=|last-modified=|link=|"
    "location=|max-forwards=|proxy-authenticate=|proxy-authorization=|range=|referer=|refresh=|retry-after=|"
    "server=|set-cookie=|strict-transport-security=|transfer-encoding=|user-agent=|vary=|via=|"
    "www-authenticate=").split("|")]

# Length of each symbol's Huffman code, as chr(48 + length). The code is canonical, so lengths suffice.
_LENGTHS = (
    "=GLLLLLLLHNLLNLLLLLLLLNLLLLLLLLL6::<=68;::8;8666555666666678?6<:"
    "=67777777777777777777777878=C=>6?56565666577666567655677777?;>=L"
    "DFDDFFFGFGGGGGHGHHFGHGGGGEFGFGGHFEDFFGGEGFFHEFGGEEFEGFGGDFFFGFFG"
    "JJDCFGFIJJJKKJHICEJKKJKHEEJJLKKKDHDEFEEGFFIIHHJGJKJJKKKKKLKKKKKJN")


def _codes():
    codes, code, before = {}, 0, 0
    for symbol in sorted(range(257), key=lambda s: (_LENGTHS[s], s)):
        length = ord(_LENGTHS[symbol]) - 48
        code <<= length - before
        before = length
        codes[length, code] = symbol
        code += 1
    return codes


_HUFFMAN = _codes()


def _huffman(data):
    out, code, length = bytearray(), 0, 0
    for byte in data:
        for bit in range(7, -1, -1):
            code, length = code << 1 | byte >> bit & 1, length + 1
            symbol = _HUFFMAN.get((length, code))
            if symbol is not None:
                out.append(symbol)
                code, length = 0, 0
    return bytes(out)


def integer(value, prefix_bits, flags=0):
    most = (1 << prefix_bits) - 1
    if value < most:
        return bytes([flags | value])
    out, value = bytearray([flags | most]), value - most
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])


def text(value):
    return integer(len(value), 7) + value


def encode(fields):
    """Every field as a literal that is not indexed: what is sent is what was written here."""
    return b"".join(b"\0" + text(_bytes(name)) + text(_bytes(value)) for name, value in fields)


def _bytes(value):
    return value if isinstance(value, bytes) else value.encode("latin-1")


class Decoder:
    """One direction of one connection."""

    def __init__(self):
        self.table = []

    def _field(self, index):
        if index <= len(_STATIC):
            return _STATIC[index - 1]
        return self.table[index - len(_STATIC) - 1]

    def decode(self, block):
        self.block, self.at, fields = block, 0, []
        while self.at < len(block):
            first = block[self.at]
            if first & 0x80:
                fields.append(self._field(self._integer(7)))
            elif first & 0xE0 == 0x20:
                del self.table[self._integer(5) // 32:]
            else:
                indexed = first & 0x40
                index = self._integer(6 if indexed else 4)
                name = self._field(index)[0] if index else self._text()
                field = name, self._text()
                fields.append(field)
                if indexed:
                    self._remember(field)
        return fields

    def _remember(self, field):
        self.table.insert(0, field)
        while sum(len(n) + len(v) + 32 for n, v in self.table) > 4096:
            self.table.pop()

    def _integer(self, prefix_bits):
        most = (1 << prefix_bits) - 1
        value = self.block[self.at] & most
        self.at += 1
        if value < most:
            return value
        shift = 0
        while True:
            byte = self.block[self.at]
            self.at += 1
            value += (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def _text(self):
        huffman = self.block[self.at] & 0x80
        length = self._integer(7)
        raw = self.block[self.at:self.at + length]
        self.at += length
        return (_huffman(raw) if huffman else raw).decode("latin-1")
