"""Content encodings: whole bodies are read, half ones never, and no bomb costs more memory than it may."""

from __future__ import annotations

import gzip
import subprocess
import sys
import zlib

import brotli
import pytest
from backports import zstd

from extractors.decode import BrokenEncoding, undo_encoding

BODY = bytes(range(256)) * 200 + b"<p>" + b"shelf " * 1000
RAW = zlib.compressobj(wbits=-zlib.MAX_WBITS)
PACKED = {
    "gzip": gzip.compress(BODY),
    "x-gzip": gzip.compress(BODY),
    "deflate": zlib.compress(BODY),
    "br": brotli.compress(BODY),
    "zstd": zstd.compress(BODY),
    "gzip, br": brotli.compress(gzip.compress(BODY)),
}
LIMIT = 10**6


@pytest.mark.parametrize("coding", PACKED)
def test_a_whole_body_is_read_and_a_cut_one_is_broken_wherever_it_is_cut(coding):
    packed = PACKED[coding]
    assert undo_encoding(packed, coding.upper(), LIMIT) == BODY
    for kept in [0, 1, 2, 9, len(packed) // 3, len(packed) - 9, len(packed) - 1]:
        with pytest.raises(BrokenEncoding):
            undo_encoding(packed[:kept], coding, LIMIT)


def test_raw_deflate_is_read_as_browsers_do():
    assert undo_encoding(RAW.compress(BODY) + RAW.flush(), "deflate", LIMIT) == BODY


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("zstd", zstd.compress)])
@pytest.mark.parametrize("size", [1, 65_536, 65_537, len(BODY) - 1])
def test_several_members_are_one_body(coding, pack, size):
    assert undo_encoding(pack(BODY[:size]) + pack(BODY[size:]), coding, LIMIT) == BODY


def test_padding_after_gzip_is_no_error():
    assert undo_encoding(gzip.compress(BODY) + bytes(512), "gzip", LIMIT) == BODY


@pytest.mark.parametrize("name", ["utf-8", "none", "日本", "identity", "", "compress"])
def test_a_coding_that_nobody_knows_leaves_the_bytes_alone(name):
    assert undo_encoding(BODY, name, LIMIT) == BODY


def test_a_tower_of_codings_is_refused():
    with pytest.raises(BrokenEncoding, match="4 content encodings"):
        undo_encoding(b"x", "gzip, gzip, br, gzip", LIMIT)


def test_a_cut_robots_file_is_read_as_far_as_it_goes():
    assert BODY.startswith(undo_encoding(PACKED["gzip"][:500], "gzip", LIMIT, truncate=True))


# A process of its own: peak memory of nothing but the decoder. The parts that build each bomb are there, too.
MEASURE = """
import resource, sys, zlib
import brotli
from backports import zstd
from extractors.decode import BrokenEncoding, TooLarge, undo_encoding

def peak():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])

zero, kind = bytes(2**20), sys.argv[1]
packers = {
    "gzip": lambda: zlib.compressobj(9, zlib.DEFLATED, 31),
    "br": lambda: brotli.Compressor(quality=1, lgwin=24),
    "zstd": lambda: zstd.ZstdCompressor(),
    "zstd-wide": lambda: zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 27}),
}
packer = packers[kind.split(",")[0]]()
press = packer.process if kind == "br" else packer.compress
finish = packer.finish if kind == "br" else packer.flush
if kind.startswith("gzip"):  # the same megabyte again and again, since packing 512 takes ten seconds
    first, block = (press(zero) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    bomb = first + block * 511 + finish()
else:
    bomb = b"".join(press(zero) for _ in range(512)) + finish()
coding = {"zstd-wide": "zstd"}.get(kind, kind)
if "," in kind:
    outer = packers["gzip"]()
    bomb = outer.compress(bomb) + outer.flush()
open("/proc/self/clear_refs", "w").write("5")
before = peak()
try:
    undo_encoding(bomb, coding, 16 * 2**20)
    print("read")
except (TooLarge, BrokenEncoding) as error:
    print(type(error).__name__, len(bomb), peak() - before)
"""


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [("gzip", "TooLarge"), ("br", "TooLarge"), ("zstd", "TooLarge"), ("gzip, gzip", "TooLarge"),
     ("zstd-wide", "BrokenEncoding")],
)  # fmt: skip
def test_half_a_gigabyte_in_a_few_bytes_costs_at_most_32_megabytes(kind, outcome):
    """With the widest windows each format has; a zstd window beyond the 8 MiB of RFC 9659 is refused unread."""
    run = [sys.executable, "-c", MEASURE, kind]
    answer = subprocess.run(run, capture_output=True, text=True, timeout=60, check=False)
    if "PermissionError" in answer.stderr:
        pytest.skip("the kernel won't reset the peak of memory")
    found, size, kilobytes = answer.stdout.split()
    assert found == outcome
    assert int(size) < 2**20
    assert int(kilobytes) <= 32 * 1024
