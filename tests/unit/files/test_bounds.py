"""Limits on memory and work: settings, named by the finding of a file that exceeds them."""

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from AIGCLibrary.files.containers.jp2 import check_jp2
from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.evaluation import judge_file
from AIGCLibrary.files.options import FileLimits
from AIGCLibrary.files.quality.tiff_data import check_tiff
from tests.support.damage import samples
from tests.unit.files.conftest import BOOK, rules_of


@pytest.fixture
def bounded(tmp_path):
    def run(data, name, rules="any", **limits):
        path = tmp_path / name
        path.write_bytes(data)
        examination = Examination(name, BOOK.get(rules), limits=FileLimits(**limits))
        judge_file(examination, path)
        return examination

    return run


def image_bytes(image, form, **options):
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def limit_of(found):
    return [f.message for f in found.findings if str(f.severity) == "error" and "options.files." in f.message]


def warnings_of(found):
    return {f.rule: f.message for f in found.findings if str(f.severity) == "warning"}


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF", "TIFF", "JPEG2000", "AVIF", "BMP"])
def test_a_still_picture_that_takes_too_much_memory_is_measured_by_its_head(bounded, picture, form):
    data = image_bytes(picture, form)
    name = f"a.{'jp2' if form == 'JPEG2000' else form.lower()}"
    found = bounded(data, name, picture_memory=5000)
    assert not found.failed
    assert "picture_memory" in warnings_of(found)["image.size"]
    assert (found.facts["media"]["width"], found.facts["media"]["frames"]) == (96, 1)
    demanded = bounded(data, name, {"quality": {"blank": False}}, picture_memory=5000)
    assert rules_of(demanded) == {"quality.blank"}
    assert "picture_memory" in limit_of(demanded)[0]


def test_a_moving_picture_that_takes_too_much_memory_is_rejected(bounded, picture):
    other = picture.transpose(1)
    data = image_bytes(picture, "GIF", save_all=True, append_images=[other], duration=50)
    assert not bounded(data, "a.gif").failed
    found = bounded(data, "a.gif", picture_memory=5000)
    assert rules_of(found) == {"image.size"}
    assert "picture_memory" in limit_of(found)[0]


def test_copies_of_its_file_count_for_an_animation(bounded, noise):
    pictures = [Image.frombytes("RGB", (64, 64), noise[at : at + 12288]) for at in range(0, 480_000, 12288)]
    data = image_bytes(pictures[0], "WEBP", save_all=True, append_images=pictures[1:], lossless=True, method=0)
    assert len(data) > 5 * 64 * 64 * 16
    assert not bounded(data, "a.webp", picture_memory=4 * len(data)).failed
    found = bounded(data, "a.webp", picture_memory=2 * len(data))
    assert rules_of(found) == {"image.size"}
    assert "picture_memory" in limit_of(found)[0]


@pytest.mark.parametrize(("form", "options"), [("WEBP", {}), ("AVIF", {}), ("WEBP", {"lossless": True})])
def test_a_large_still_picture_is_decoded_with_less_memory(bounded, picture, form, options):
    pixels = picture.width * picture.height
    blank = {"quality": {"blank": False}}
    name = f"a.{form.lower()}"
    whole, less = bounded(image_bytes(picture, form, **options), name, blank), 9 * pixels + 3000
    found = bounded(image_bytes(picture, form, **options), name, blank, picture_memory=less)
    assert not found.findings
    assert found.facts["quality"]["contrast"] == pytest.approx(whole.facts["quality"]["contrast"], abs=0.02)
    assert found.small.size == picture.size
    plain = image_bytes(picture.resize((96, 64)).convert("L").point(lambda _: 90), form, **options)
    assert rules_of(bounded(plain, name, blank, picture_memory=less)) == {"quality.blank"}


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_in_strips_is_the_whole_picture(tmp_path, monkeypatch, mode):
    from PIL import Image

    from AIGCLibrary.files.quality import strips
    from AIGCLibrary.files.quality.depth import eight_bit

    monkeypatch.setattr(strips, "_STRIP", 700)
    gradient = Image.linear_gradient("L").resize((61, 53)).rotate(30)
    grey16 = gradient.convert("I").point(lambda value: value * 257).convert("I;16")
    image = grey16 if mode == "I;16" else gradient.convert("RGB").convert(mode)
    path = tmp_path / "a.png"
    image.save(path)
    small = strips.png_in_strips(path, 3)
    assert small.size == (21, 18)
    rows = strips.png_in_strips(path, 1)
    assert rows.convert("RGBA").tobytes() == eight_bit(Image.open(path)).convert("RGBA").tobytes()
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(ValueError, match="truncated"):
        strips.png_in_strips(path, 3)


@pytest.mark.parametrize(("width", "height"), [(61, 53), (64, 48), (3, 2), (1, 9)])
def test_an_interlaced_png_in_strips_is_a_smaller_picture(tmp_path, monkeypatch, width, height):
    from PIL import Image

    from AIGCLibrary.files.quality import strips

    monkeypatch.setattr(strips, "_STRIP", 700)
    picture = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    path = tmp_path / "a.png"
    path.write_bytes(interlaced(picture))
    assert Image.open(path).convert("RGB").tobytes() == picture.tobytes()
    small = strips.png_in_strips(path, 1)
    assert small.size == picture.size
    assert max(high for _, high in ImageChops.difference(small, picture).getextrema()) <= 256 // height + 1
    halved = strips.png_in_strips(path, 2)
    assert halved.size == (-(-width // 2), -(-height // 2))
    path.write_bytes(interlaced(picture, lacking=40))
    with pytest.raises(ValueError, match="truncated"):
        strips.png_in_strips(path, 2)


def interlaced(picture, lacking=0):
    """Write a PNG in seven passes (Adam7)."""
    raw = b""
    for left, top, across, down in (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ):
        columns, rows = range(left, picture.width, across), range(top, picture.height, down)
        if columns:
            raw += b"".join(b"\0" + b"".join(bytes(picture.getpixel((x, y))) for x in columns) for y in rows)
    head = struct.pack(">IIBBBBB", *picture.size, 8, 2, 0, 0, 1)
    data = zlib.compress(raw[: len(raw) - lacking])
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(png_chunk, (b"IHDR", b"IDAT", b"IEND"), (head, data, b"")))


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize("form", ["BMP", "TIFF"])
def test_an_uncompressed_picture_in_strips_is_the_whole_picture(tmp_path, monkeypatch, form):
    from PIL import Image

    from AIGCLibrary.files.quality import strips

    monkeypatch.setattr(strips, "_STRIP", 500)
    image = Image.linear_gradient("L").resize((61, 153)).rotate(30).convert("RGB")
    path = tmp_path / "a.bin"
    image.save(path, form)
    with Image.open(path) as opened:
        assert strips.raw_in_strips(path, opened, 1).tobytes() == image.tobytes()
    path.write_bytes(path.read_bytes()[:-60])
    with Image.open(path) as opened, pytest.raises(ValueError, match="truncated"):
        strips.raw_in_strips(path, opened, 1)


@pytest.mark.parametrize("depth", ["I;16", "I", "F"])
def test_a_picture_of_many_levels_is_not_blank(judge, tmp_path, depth):
    from PIL import Image

    grey = Image.linear_gradient("L").resize((2100, 2050)).convert("I")
    image = grey.point(lambda value: value * 257).convert("I;16") if depth == "I;16" else grey.convert(depth)
    found = judge(image_bytes(image, "TIFF"), "a.tiff", {"quality": {"blank": False}})
    assert not found.findings
    assert found.facts["quality"]["contrast"] > 0.5


def test_a_progressive_jpeg_counts_its_coefficients():
    from PIL import Image

    from AIGCLibrary.files.quality.memory import memory_of

    def needed(**options):
        data = image_bytes(Image.new("RGB", (3000, 2000)), "JPEG", **options)
        return memory_of(Image.open(io.BytesIO(data)))

    assert needed() == 6_000_000  # decoded at a half
    assert needed(progressive=True, subsampling=0) == 6_000_000 * 7
    assert needed(progressive=True, subsampling=2) == 6_000_000 * 4


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_frames_that_are_too_much_work(bounded, form):
    from PIL import Image

    frames = [Image.new("RGB", (40, 30), (n, 0, 0)) for n in range(0, 200, 20)]
    data = image_bytes(frames[0], form, save_all=True, append_images=frames[1:], duration=50)
    name = f"a.{form.lower()}"
    assert not bounded(data, name, picture_work=12_000).failed
    found = bounded(data, name, picture_work=11_999)
    assert "picture_work" in limit_of(found)[0]
    assert found.facts["media"]["frames"] == 10


def test_a_reduced_picture_is_judged_as_the_whole(bounded):
    from PIL import Image

    from AIGCLibrary.files.quality.memory import reduced

    whole = Image.linear_gradient("L").resize((2300, 2300)).convert("RGB")
    small = reduced(whole)
    assert small.size == (1150, 1150)
    assert small.getpixel((0, 1149)) == whole.getpixel((0, 2299))
    strict = {"quality": {"blank": False}}
    assert not bounded(image_bytes(whole, "PNG"), "a.png", strict).findings


def large(rows):
    return [{"title": f"第 {n} 集", "scenes": [n, n + 0.5, None], "ok": True} for n in range(rows)]


def test_a_large_document_is_read_piece_by_piece(bounded):
    data = json.dumps(large(200), ensure_ascii=False).encode()
    found = bounded(data, "a.json", "json", document_tree=100)
    assert not found.findings
    assert found.facts["json"] == {"items": 200, "root": "array"}
    assert bounded(b'{"a": [1, 2], "b": {"c": 1}}', "b.json", document_tree=9).facts["json"] == {
        "items": 2,
        "root": "object",
    }


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('[1, 2, {"a": 1, "a": 2}]', "json.duplicate_keys"),
        ('[1, 2, {"a": [{"b": 1}], "b"', "json.syntax"),
        ("[1, 2, 3, NaN, 5, 6]", "json.syntax"),
        ("[1, 2, 3] [4]", "json.syntax"),
        ("[" * 1000 + "]" * 1000, "json.depth"),
        ('["ab", "\udcff"]', "json.syntax"),
    ],
)
def test_faults_of_a_document_read_piece_by_piece(bounded, text, rule):
    data = text.encode("utf-8", "surrogateescape")
    found = bounded(data, "a.json", "json", document_tree=9)
    assert rules_of(found) == {rule}
    assert {f.rule for f in bounded(data, "b.json", "json").findings} <= {rule, "json.encoding"}


def test_what_a_large_document_is_not_held_against_is_said(bounded):
    rules = {"json": {"values": {"length(@)": 3}, "schema": {"type": "array"}}}
    found = bounded(b"[1, 2, 3, 4, 5]", "a.json", rules, document_tree=9)
    assert rules_of(found) == {"json.values", "json.schema"}
    assert all("document_tree" in message for message in limit_of(found))
    assert (
        "document_values"
        in limit_of(bounded(b"[" + b"1," * 70000 + b"1]", "b.json", document_tree=9, document_values=50))[0]
    )


def test_long_texts_and_tables(bounded):
    rows = "".join(f"{n},标题 {n},x\r\n" for n in range(300))
    found = bounded(rows.encode(), "a.csv", document_tree=500)
    assert not found.findings
    assert found.facts["text"] == {"encoding": "utf-8", "lines": 300, "columns": 3}
    assert rules_of(bounded((rows + "a,b\n").encode(), "b.csv", document_tree=500)) == {"csv.columns"}
    assert bounded(b"one\ntwo\rthree" * 99, "c.txt", document_tree=500).facts["text"]["lines"] == 99 * 2 + 1
    assert rules_of(bounded(b"x" * 3000 + b"\n", "d.csv", document_tree=500)) == {"text.size"}
    broken = bounded(rows.encode() + b"\xff\xfe,1,2\n", "e.csv", document_tree=500)
    assert "text.encoding" in rules_of(broken)


@pytest.mark.parametrize(("upper", "blank"), [("shapes", False), ("sky", None)])
def test_upper_rows_show_that_a_large_progressive_picture_is_not_blank(bounded, picture, upper, blank):
    """Where they are of one colour, nothing is known of the rest."""
    from PIL import Image

    large = Image.new("RGB", (960, 1280), (90, 120, 200))
    large.paste(picture.resize((960, 640)), (0, 0 if upper == "shapes" else 640))
    data = image_bytes(large, "JPEG", progressive=True, subsampling=0)
    found = bounded(data, "a.jpg", "image", picture_memory=6_000_000)
    assert found.facts.get("quality", {}).get("blank") is blank
    assert ("quality.blank" in {one.rule for one in found.findings}) is (blank is None)
    assert ("image.size", "warning") in [(one.rule, str(one.severity)) for one in found.findings]


def gif_of(frames):
    head = b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff"
    return head + b"\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0" * frames + b";"


def ogg_of(pages):
    from AIGCLibrary.files.containers.ogg import _crc

    def page(flags, number, packets):
        table = bytes(map(len, packets))
        head = b"OggS\0" + bytes([flags]) + struct.pack("<qIII", 960 * max(0, number - 1), 1, number, 0)
        data = head + bytes([len(table)]) + table + b"".join(packets)
        return data[:22] + struct.pack("<I", _crc(data)) + data[26:]

    opus = b"OpusHead\x01\x01\x38\x01\x80\xbb\0\0\0\0\0", b"OpusTags\x04\0\0\0abcd\0\0\0\0"
    sound = [page(4 if n == pages + 1 else 0, n, [b"\xf8\xff\xfe"]) for n in range(2, pages + 2)]
    return b"".join((page(2, 0, opus[:1]), page(0, 1, opus[1:]), *sound))


def zip_of(entries):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(entries):
            archive.writestr(f"{number}.txt", bytes(range(256)) * 40)
    return target.getvalue()


def png_of(chunks):
    head, data = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0), zlib.compress(b"\0\0")
    middle = png_chunk(b"tESt", b"") * chunks
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + middle + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.gif", gif_of), ("a.opus", ogg_of), ("a.zip", zip_of), ("a.png", png_of),
        ("a.jsonl", lambda count: b'{"a": 1}\n' * count), ("a.csv", lambda count: b"a,b\n" * count),
        ("a.svg", lambda count: b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g/>" * count + b"</svg>"),
        ("a.mp3", lambda count: (b"\xff\xe3\x18\xc4" + b"\0" * 68) * count),
    ],
)  # fmt: skip
def test_work_on_many_small_pieces_is_bounded_by_one_setting(bounded, name, make):
    few, many = bounded(make(10), name, work=2_500), bounded(make(1500), name, work=2_500)
    assert "work" not in rules_of(few)
    assert "work" in rules_of(many)
    assert any("options.files.work" in message for message in limit_of(many))
    assert "work" not in rules_of(bounded(make(1500), name))


def test_scans_of_a_jpeg_are_work(bounded, picture):
    whole = image_bytes(picture, "JPEG", progressive=True)
    at = whole.rfind(b"\xff\xda")
    many = whole[:-2] + whole[at:-2] * 300 + b"\xff\xd9"
    assert "work" in rules_of(bounded(many, "a.jpg", work=2_500))
    assert not bounded(whole, "a.jpg", work=2_500).failed


def test_what_takes_too_much_work_is_an_error_where_it_is_demanded_alone(bounded):
    sound = wave_of(seconds=4)
    demanded = bounded(sound, "a.wav", {"quality": {"silent": "< 1 s"}}, work=2_500)
    assert rules_of(demanded) == {"quality.silent"}
    assert "options.files.work" in demanded.findings[0].message
    assert not bounded(sound, "a.wav", {"type": "audio/wav"}, work=2_500).failed
    assert not bounded(sound, "a.wav", {"quality": {"silent": "< 1 s"}}).failed


def wave_of(seconds):
    import wave

    target = io.BytesIO()
    with wave.open(target, "wb") as sound:
        sound.setparams((2, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"\x00\x20" * 2 * 8000 * seconds)
    return target.getvalue()


def test_what_lies_in_an_archive_shares_its_work(bounded):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        for number in range(4):
            archive.writestr(f"{number}.gif", gif_of(100))
    rules = {"archive": {"rules": {"*.gif": {"type": "image/gif"}}}}
    found = bounded(inner.getvalue(), "a.zip", rules, work=9_000)
    assert rules_of(found) == {"work"}
    assert not bounded(inner.getvalue(), "a.zip", rules).failed


def test_frames_that_take_too_much_memory(bounded, mp4):
    demand = {"quality": {"black": "< 9 s"}}
    frame = 320 * 180 * 3 // 2
    some = bounded(mp4, "a.mp4", demand, picture_memory=3 * frame)
    assert not some.findings
    assert some.facts["quality"]["scan"] == "keyframes"
    none = bounded(mp4, "a.mp4", demand, picture_memory=frame)
    assert rules_of(none) == {"quality.black"}
    assert "picture_memory" in limit_of(none)[0]
    assert not bounded(mp4, "a.mp4", picture_memory=frame).failed


def nested(*ids):
    """An element of Matroska in others, by their ids in hexadecimal."""
    body = b""
    for one in reversed(ids):
        body = bytes.fromhex(one) + (0x0100_0000_0000_0000 + len(body)).to_bytes(8, "big") + body
    return body


ID3 = b"ID3\4\0\0\0\0\0\0"
APIC = b"APIC\0\0\0\x0e\0\0\0image/png\0\3\0x"


def id3(frames):
    return b"ID3\4\0\0" + bytes(len(frames) >> shift & 127 for shift in (21, 14, 7, 0)) + frames


def commented(data, count):
    body = struct.pack("<II", 0, count) + bytes(4) * count
    return data[:42] + b"\4" + struct.pack(">I", len(body))[1:] + body + data[42:]


PIECES = {
    "tags.mkv": ("mkv", 1000, lambda data, count: data + nested("1254c367") + nested("7373", "67c8", "45a3") * count),
    "clusters.mkv": ("mkv", 1000, lambda data, count: data + nested("1f43b675", "e7") * count),
    "attached.mkv": ("mkv", 1000, lambda data, count: data + nested("1941a469", "61a7", "466e") * count),
    "pictures.mp3": ("mp3", 1000, lambda data, count: id3(APIC * count) + data),
    "tags.mp3": ("mp3", 20_000, lambda data, count: ID3 * count + data),
    "comments.flac": ("flac", 1000, commented),
}


@pytest.mark.parametrize("name", PIECES)
def test_pieces_of_which_a_decoder_keeps_something_are_counted_before_it_opens_the_file(bounded, name, monkeypatch):
    source, count, write = PIECES[name]
    data = samples()[source]
    assert not limit_of(bounded(write(data, 1), name, work=200_000))

    def opened(*_, **__):
        raise AssertionError("it was opened")

    monkeypatch.setattr("av.open", opened)
    assert "options.files.work" in limit_of(bounded(write(data, count), name, work=25_000))[0]


def test_attributes_of_an_svg_are_counted_before_they_are_kept(bounded):
    head, attributes = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" ',
        b" ".join(b"a%d=''" % number for number in range(9000)),
    )
    data = head + attributes + b"></svg>"
    assert not bounded(data, "a.svg").failed
    assert "options.files.work" in limit_of(bounded(data, "a.svg", work=50_000))[0]


def test_an_archive_of_too_many_entries_is_rejected_before_one_is_read(bounded, monkeypatch):
    monkeypatch.setattr("AIGCLibrary.files.zips.directory.MOST_ENTRIES", 3)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(4):
            archive.writestr(f"{number}.txt", "a")
            if number == 2:
                three = target.getvalue()
    found = bounded(target.getvalue(), "a.zip")
    assert [(f.rule, f.message) for f in found.findings if str(f.severity) == "error"] == [
        ("zip.entries", "The archive has 4 entries; at most 3 are read.")
    ]
    assert found.work.spent == 0
    assert rules_of(bounded(three, "b.zip")) == {"zip.end"}


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\x4f\xff\x51" + bytes(200_000),
        b"\xff\x4f" + (b"\xff\x90" + struct.pack(">HHIBB", 10, 0, 12, 0, 1)) * 20_000,
        b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0\0\0\x08free" * 30_000,
    ],
    ids=["segments", "tile parts", "boxes"],
)
def test_pieces_of_a_jpeg_2000_are_counted(tmp_path, data):
    path, spent = tmp_path / "a.jp2", []
    path.write_bytes(data)
    check_jp2(path, spent.append)
    assert len(spent) > 19_000


def test_a_tiff_of_many_pages_is_read_once(tmp_path, monkeypatch):
    page = Image.effect_noise((120, 90), 90).convert("1")
    path, reads, read_bytes = tmp_path / "a.tif", [], Path.read_bytes
    page.save(path, save_all=True, append_images=[page] * 29, compression="group4")
    monkeypatch.setattr(Path, "read_bytes", lambda self: reads.append(self) or read_bytes(self))
    assert check_tiff(path) is None
    assert len(reads) == 1
    data, spent = bytearray(read_bytes(path)), []
    with Image.open(path) as image:
        image.seek(20)
        start, size = image.tag_v2[273][0], image.tag_v2[279][0]
    data[start + size // 3 : start + size // 3 + 40] = bytes(40)
    path.write_bytes(data)
    assert "page 21" in check_tiff(path, spent.append).message
    assert len(spent) == 21


@pytest.mark.parametrize("name", ["a.wav", "a.mp4", "a.png"])
def test_memory_that_cannot_be_had_is_no_damage(judge, wav, mp4, picture, monkeypatch, name):
    import av

    def refuse(*_words, **_options):
        raise av.error.MemoryError(12, "Cannot allocate memory")

    data = {"a.wav": wav, "a.mp4": mp4, "a.png": image_bytes(picture, "PNG")}[name]
    monkeypatch.setattr(av, "open", refuse)
    monkeypatch.setattr(Image, "open", refuse)
    found = judge(data, name, {"quality": {"silent": "< 9 s"}} if name != "a.png" else "any")
    assert "memory" in rules_of(found)
    assert {str(f.kind) for f in found.findings if f.rule == "memory"} == {"too_large"}
    assert not [f for f in found.findings if str(f.kind) in ("corrupt", "truncated")]


def test_resources_of_a_photoshop_file_are_counted(bounded):
    def psd(count):
        resource = b"8BIM" + struct.pack(">H", 1024) + b"\0\0" + struct.pack(">I", 0)
        head = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, 32, 32, 8, 3) + struct.pack(">II", 0, count * len(resource))
        return head + count * resource + struct.pack(">IH", 0, 0) + bytes(range(256)) * 12

    assert not bounded(psd(2000), "a.psd", "image", work=100_000).findings
    assert "options.files.work" in limit_of(bounded(psd(20_000), "a.psd", work=100_000))[0]
