"""Pictures of pages made small: 256 colours are enough for text on plain ground."""

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256
STEP = 3
"""A soft ground has hundreds of shades; those this near each other are one."""
CHANNELS = {2: 3, 6: 4}
PAETH = 4

Bytes = NDArray[np.uint8]


def smaller(png: bytes) -> bytes:
    """The same picture with a palette. Eight bits a channel, not interlaced, as browsers write."""
    pixels = _pixels(png)
    height, width, _ = pixels.shape
    flat = pixels.reshape(-1, 3)
    colours, which, counts = np.unique(
        np.minimum((flat.astype(int) + STEP // 2) // STEP * STEP, 255),
        axis=0,
        return_inverse=True,
        return_counts=True,
    )
    kept = colours[np.argsort(counts)[::-1][:COLOURS]]
    nearest = np.array([np.abs(kept - colour).sum(axis=1).argmin() for colour in colours])
    rows = nearest[which].astype(np.uint8).reshape(height, width)
    unfiltered = np.hstack([np.zeros((height, 1), np.uint8), rows]).tobytes()
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = (
        (b"IHDR", header),
        (b"PLTE", kept.astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(unfiltered, 9)),
        (b"IEND", b""),
    )
    return SIGNATURE + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12


def _pixels(png: bytes) -> Bytes:
    chunks = list(_chunks(png))
    width, height, _, colour_type = struct.unpack(">IIBB", dict(chunks)[b"IHDR"][:10])
    channels = CHANNELS[colour_type]
    data = zlib.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT"))
    lines = np.frombuffer(data, np.uint8).reshape(height, 1 + width * channels)
    above = np.zeros(width * channels, np.uint8)
    rows = []
    for line in lines:
        above = _unfiltered(int(line[0]), line[1:], above, channels)
        rows.append(above)
    return np.array(rows).reshape(height, width, channels)[:, :, :3]


def _unfiltered(kind: int, line: Bytes, above: Bytes, channels: int) -> Bytes:
    if kind == 0:
        return line
    if kind == 1:
        columns = line.reshape(-1, channels).astype(int)
        return np.cumsum(columns, axis=0).astype(np.uint8).reshape(-1)
    if kind == 2:
        return line + above
    return _by_neighbours(kind == PAETH, line.tolist(), above.tolist(), channels)


def _by_neighbours(is_paeth: bool, line: list[int], above: list[int], channels: int) -> Bytes:
    row = [0] * len(line)
    for n, value in enumerate(line):
        left = row[n - channels] if n >= channels else 0
        up = above[n]
        if is_paeth:
            corner = above[n - channels] if n >= channels else 0
            guess = left + up - corner
            near = min(
                (
                    (abs(guess - left), 0, left),
                    (abs(guess - up), 1, up),
                    (abs(guess - corner), 2, corner),
                )
            )[2]
        else:
            near = (left + up) // 2
        row[n] = (value + near) & 255
    return np.array(row, np.uint8)
