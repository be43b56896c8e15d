"""The file formats that are known, one row each: extensions, signatures, and who judges them.

A new format is a row here, and a validator in `validators/` where its content is judged. What has no signature at a
fixed place (RIFF, ISO media files, MPEG, texts) is recognised by `sniff`.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Format:
    """A file format.

    Args:
        media_type: For example `image/png`.
        extensions: Extensions of file names that promise it, in lower case.
        signatures: Bytes that its content begins with.
        offset: Where the signatures are, in bytes from the start of the file.
        validator: Name of the built-in validator that judges it, see `VALIDATORS`; empty where none does.
        is_text: Its content is text, which is recognised by its words.
    """

    media_type: str
    extensions: tuple[str, ...] = ()
    signatures: tuple[bytes, ...] = ()
    offset: int = 0
    validator: str = ""
    is_text: bool = False


VALIDATORS: Final = {
    "mp4": "AIGCLibrary.files.validators.mp4:Mp4Validator",
    "avif": "AIGCLibrary.files.validators.avif:AvifValidator",
    "media": "AIGCLibrary.files.validators.media:MediaValidator",
    "png": "AIGCLibrary.files.validators.png:PngValidator",
    "image": "AIGCLibrary.files.validators.image:ImageValidator",
    "svg": "AIGCLibrary.files.validators.svg:SvgValidator",
    "zip": "AIGCLibrary.files.validators.archive:ZipValidator",
    "json": "AIGCLibrary.files.validators.jsonfile:JsonValidator",
    "text": "AIGCLibrary.files.validators.text:TextValidator",
}
"""Built-in validators by name, each imported when it is first used."""
FORMATS: Final = (
    Format("image/png", extensions=("png", "apng"), signatures=(b"\x89PNG\r\n\x1a\n",), validator="png"),
    Format("image/jls", extensions=("jls",), validator="image"),
    Format("image/jpeg", extensions=("jpg", "jpeg"), signatures=(b"\xff\xd8\xff",), validator="image"),
    Format("image/gif", extensions=("gif",), signatures=(b"GIF87a", b"GIF89a"), validator="image"),
    Format("image/qoi", signatures=(b"qoif",), validator="image"),
    Format("image/tiff", signatures=(b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"), validator="image"),
    Format("image/bmp", signatures=(b"BM",), validator="image"),
    Format("image/x-icon", signatures=(b"\x00\x00\x01\x00",), validator="image"),
    Format("image/jp2", signatures=(b"\x00\x00\x00\x0cjP  \r\n\x87\n",), validator="image"),
    Format("image/vnd.adobe.photoshop", signatures=(b"8BPS",), validator="image"),
    Format("image/webp", extensions=("webp",), validator="image"),
    Format("image/avif", extensions=("avif",), validator="avif"),
    Format("image/svg+xml", extensions=("svg",), validator="svg"),
    Format("image/heic", extensions=("heic", "heif"), validator="avif"),
    Format("image/heif", validator="avif"),
    Format("image/j2c", signatures=(b"\xffO\xffQ",), validator="image"),
    Format("image/fits", extensions=("fits",), signatures=(b"SIMPLE  =                    T",), validator="image"),
    Format("image/x-xbitmap", extensions=("xbm",), validator="image"),
    Format("image/x-xpixmap", extensions=("xpm",), signatures=(b"/* XPM */",), validator="image"),
    Format("image/x-portable-anymap", validator="image"),
    Format("image/x-portable-arbitrarymap", extensions=("pam",), signatures=(b"P7\n",), validator="image"),
    Format("image/x-sun-raster", signatures=(b"Y\xa6j\x95",), validator="image"),
    Format("image/x-xwindowdump", extensions=("xwd",), validator="image"),
    Format(
        "image/jxl",
        extensions=("jxl",),
        signatures=(b"\x00\x00\x00\x0cJXL \r\n\x87\n", b"\xff\n"),
        validator="image",
    ),
    Format("image/x-exr", extensions=("exr",), signatures=(b"v/1\x01",), validator="image"),
    Format("image/vnd.radiance", extensions=("hdr",), signatures=(b"#?RADIANCE", b"#?RGBE"), validator="image"),
    Format("image/x-dpx", signatures=(b"SDPX", b"XPDS"), validator="image"),
    Format("image/sgi", validator="image"),
    Format("image/x-pcx", validator="image"),
    Format("image/x-tga", extensions=("tga",), validator="image"),
    Format("video/x-flv", signatures=(b"FLV\x01",), validator="media"),
    Format("video/dv", extensions=("dv",), signatures=(b"\x1f\x07\x00\x3f", b"\x1f\x07\x00\xbf"), validator="media"),
    Format("video/x-ms-asf", signatures=(b"0&\xb2u\x8ef\xcf\x11\xa6\xd9\x00\xaa\x00b\xcel",), validator="media"),
    Format("video/mpeg", signatures=(b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3"), validator="media"),
    Format("video/mp4", extensions=("mp4", "m4v"), validator="mp4"),
    Format("video/quicktime", extensions=("mov",), validator="mp4"),
    Format("video/webm", extensions=("webm",), validator="media"),
    Format("video/x-matroska", extensions=("mkv",), validator="media"),
    Format("video/x-msvideo", extensions=("avi",), validator="media"),
    Format("video/mp2t", validator="media"),
    Format("video/x-motion-jpeg", extensions=("mjpeg", "mjpg"), validator="media"),
    Format("video/h264", extensions=("h264",), validator="media"),
    Format("video/h265", extensions=("h265", "hevc"), validator="media"),
    Format("video/av1", extensions=("obu",), signatures=(b"\x12\0\x0a",), validator="media"),
    Format("video/x-ivf", extensions=("ivf",), signatures=(b"DKIF\0\0",), validator="media"),
    Format("video/x-yuv4mpeg", extensions=("y4m",), signatures=(b"YUV4MPEG2 ",), validator="media"),
    Format("video/x-nut", extensions=("nut",), signatures=(b"nut/multimedia container\0",), validator="media"),
    Format("application/vnd.rn-realmedia", signatures=(b".RMF\0\0",), validator="media"),
    Format("audio/vnd.dts", extensions=("dts",), signatures=(b"\x7f\xfe\x80\x01",), validator="media"),
    Format(
        "audio/vnd.dolby.mlp",
        extensions=("mlp", "thd"),
        signatures=(b"\xf8ro\xba", b"\xf8ro\xbb"),
        offset=4,
        validator="media",
    ),
    Format("video/ogg", validator="media"),
    Format("audio/ogg", extensions=("ogg", "opus"), signatures=(b"OggS",), validator="media"),
    Format("audio/flac", extensions=("flac",), signatures=(b"fLaC",), validator="media"),
    Format("audio/mpeg", extensions=("mp3",), signatures=(b"ID3",), validator="media"),
    Format("audio/aiff", signatures=(b"FORM",), validator="media"),
    Format("audio/basic", signatures=(b".snd",), validator="media"),
    Format("audio/amr", signatures=(b"#!AMR",), validator="media"),
    Format("audio/dsf", signatures=(b"DSD ",), validator="media"),
    Format("audio/x-caf", signatures=(b"caff\x00\x01",), validator="media"),
    Format("audio/x-w64", signatures=(b"riff.\x91\xcf\x11",), validator="media"),
    Format("audio/x-wavpack", signatures=(b"wvpk",), validator="media"),
    Format("audio/x-tta", signatures=(b"TTA1",), validator="media"),
    Format("audio/x-ape", signatures=(b"MAC ",), validator="media"),
    Format("audio/x-voc", signatures=(b"Creative Voice File\x1a",), validator="media"),
    Format("audio/mp4", extensions=("m4a",), validator="mp4"),
    Format("audio/wav", extensions=("wav",), validator="media"),
    Format("audio/webm", extensions=("weba",), validator="media"),
    Format("audio/x-matroska", extensions=("mka",), validator="media"),
    Format("audio/aac", validator="media"),
    Format("audio/mp4a-latm", validator="media"),
    Format("audio/ac3", validator="media"),
    Format("audio/eac3", validator="media"),
    Format("text/csv", extensions=("csv",), validator="text", is_text=True),
    Format("text/tab-separated-values", extensions=("tsv",), validator="text", is_text=True),
    Format("text/vtt", extensions=("vtt",), validator="text", is_text=True),
    Format("text/x-ass", extensions=("ass", "ssa"), validator="text", is_text=True),
    Format("text/markdown", extensions=("md",), validator="text", is_text=True),
    Format("text/plain", extensions=("txt",), validator="text", is_text=True),
    Format("text/html", extensions=("html",), is_text=True),
    Format(
        "application/zip",
        extensions=("zip",),
        signatures=(b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK\x03\x04"),
        validator="zip",
    ),
    Format("application/mxf", signatures=(b"\x06\x0e+4\x02\x05\x01\x01\r\x01\x02",), validator="media"),
    Format("application/json", extensions=("json",), validator="json", is_text=True),
    Format("application/x-ndjson", extensions=("jsonl", "ndjson"), validator="json", is_text=True),
    Format("application/x-subrip", extensions=("srt",), validator="text", is_text=True),
    Format("application/ttml+xml", extensions=("ttml",), validator="text", is_text=True),
    Format("application/gzip", signatures=(b"\x1f\x8b",)),
    Format("application/x-bzip2", signatures=(b"BZh",)),
    Format("application/x-xz", signatures=(b"\xfd7zXZ\x00",)),
    Format("application/zstd", signatures=(b"(\xb5/\xfd",)),
    Format("application/x-7z-compressed", signatures=(b"7z\xbc\xaf'\x1c",)),
    Format("application/vnd.rar", signatures=(b"Rar!\x1a\x07",)),
    Format("application/pdf", extensions=("pdf",), signatures=(b"%PDF-",)),
    Format("application/x-elf", signatures=(b"\x7fELF",)),
    Format("application/vnd.microsoft.portable-executable", signatures=(b"MZ",)),
    Format("application/vnd.sqlite3", signatures=(b"SQLite format 3\x00",)),
    Format("application/x-tar", signatures=(b"ustar",), offset=257),
    Format("application/xml", extensions=("xml",), is_text=True),
    Format("model/gltf-binary", signatures=(b"glTF",)),
    Format("font/woff", signatures=(b"wOFF",)),
    Format("font/woff2", signatures=(b"wOF2",)),
)
EXTENSIONS: Final = {extension: row.media_type for row in FORMATS for extension in row.extensions}
"""Media types by extension."""
TEXT_TYPES: Final = frozenset(row.media_type for row in FORMATS if row.is_text)
SIGNATURES: Final = tuple((row.offset, magic, row.media_type) for row in FORMATS for magic in row.signatures)
"""Offset, bytes and media type; no signature begins with another one of the same offset."""
JUDGED_BY: Final = {row.media_type: row.validator for row in FORMATS if row.validator}
"""Names of validators by media type."""


def extension_type(name: str) -> str | None:
    """Return the type a file name promises; None when it promises none we know."""
    return EXTENSIONS.get(name.rsplit(".", 1)[-1].lower()) if "." in name else None
