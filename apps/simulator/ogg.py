"""Ogg/Opus, the container of WhatsApp voice notes: written by hand, and remuxed from what browsers record (WebM)."""

import struct
from collections.abc import Iterator

SAMPLES_PER_SECOND = 48_000
PRE_SKIP = 312
PAGE_PACKETS = 50
SERIAL = 0x50595441
SILENCE = b"\xf8\xff\xfe"
FRAME_SAMPLES = (480, 960, 1920, 2880)
SEGMENT, CLUSTER, BLOCK_GROUP = 0x18538067, 0x1F43B675, 0xA0
SIMPLE_BLOCK, BLOCK = 0xA3, 0xA1
CONTAINERS = (SEGMENT, CLUSTER, BLOCK_GROUP)


def _crc_table() -> list[int]:
    table = []
    for index in range(256):
        value = index << 24
        for _ in range(8):
            value = (value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)
        table.append(value & 0xFFFFFFFF)
    return table


CRC_TABLE = _crc_table()


def _crc(data: bytes) -> int:
    value = 0
    for byte in data:
        value = ((value << 8) & 0xFFFFFFFF) ^ CRC_TABLE[(value >> 24) ^ byte]
    return value


def _page(packets: list[bytes], granule: int, sequence: int, flags: int) -> bytes:
    lacing = b"".join(b"\xff" * (len(p) // 255) + bytes([len(p) % 255]) for p in packets)
    header = struct.pack("<4sBBqIII", b"OggS", 0, flags, granule, SERIAL, sequence, 0) + bytes([len(lacing)]) + lacing
    page = header + b"".join(packets)
    return page[:22] + struct.pack("<I", _crc(page)) + page[26:]


def packet_samples(packet: bytes) -> int:
    """The duration of one Opus packet, read from its first byte."""
    if not packet:
        return 0
    config, code = packet[0] >> 3, packet[0] & 3
    if config < 12:
        frame = FRAME_SAMPLES[config & 3]
    elif config < 16:
        frame = FRAME_SAMPLES[config & 1]
    else:
        frame = 120 << (config & 3)
    frames = (1, 2, 2, packet[1] & 63 if len(packet) > 1 else 1)[code]
    return frame * frames


def _groups(packets: list[bytes]) -> Iterator[list[bytes]]:
    """Packets that fit one page: at most 255 lacing values."""
    group: list[bytes] = []
    room = 255
    for packet in packets:
        need = len(packet) // 255 + 1
        if group and (need > room or len(group) >= PAGE_PACKETS):
            yield group
            group, room = [], 255
        group.append(packet)
        room -= need
    if group:
        yield group


def write(packets: list[bytes]) -> bytes:
    """One mono Opus stream."""
    head = struct.pack("<8sBBHIhB", b"OpusHead", 1, 1, PRE_SKIP, SAMPLES_PER_SECOND, 0, 0)
    vendor = b"simulator"
    tags = struct.pack("<8sI", b"OpusTags", len(vendor)) + vendor + struct.pack("<I", 0)
    pages = [_page([head], 0, 0, 2), _page([tags], 0, 1, 0)]
    granule = 0
    groups = list(_groups(packets))
    for index, group in enumerate(groups):
        granule += sum(packet_samples(packet) for packet in group)
        pages.append(_page(group, granule, index + 2, 4 if index == len(groups) - 1 else 0))
    return b"".join(pages)


def silence(seconds: float) -> bytes:
    return write([SILENCE] * max(1, int(seconds * 50)))


# -- WebM --------------------------------------------------------------------------------------------------------------


def _number(data: bytes, at: int, *, keep_marker: bool) -> tuple[int, int]:
    """An EBML variable-length number and the position after it."""
    first = data[at]
    length = 9 - first.bit_length()
    if length > 8:
        raise ValueError("not EBML")
    value = int.from_bytes(data[at : at + length], "big")
    if not keep_marker:
        value &= (1 << (7 * length)) - 1
        if value == (1 << (7 * length)) - 1:
            value = -1
    return value, at + length


def _blocks(data: bytes, at: int, end: int) -> Iterator[bytes]:
    while at < end:
        name, at = _number(data, at, keep_marker=True)
        size, at = _number(data, at, keep_marker=False)
        stop = end if size < 0 else min(end, at + size)
        if name in CONTAINERS:
            yield from _blocks(data, at, stop)
        elif name in (SIMPLE_BLOCK, BLOCK):
            _, after_track = _number(data, at, keep_marker=False)
            yield data[after_track + 3 : stop]
        at = stop


def from_webm(data: bytes) -> bytes:
    """Browsers record Opus in WebM; WhatsApp speaks Ogg. The sound itself is not touched."""
    try:
        packets = [block for block in _blocks(data, 0, len(data)) if block]
    except IndexError as error:
        raise ValueError("cut off") from error
    if not packets:
        raise ValueError("no sound")
    return write(packets)
