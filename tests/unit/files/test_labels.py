"""Labels: written and read again on every carrier, their grammar, and whether they survive."""

import io
import json
from collections import Counter

import pytest

from AIGCLibrary.content.sniff import sniff
from AIGCLibrary.files.labels.c2pa import _digest
from AIGCLibrary.files.labels.carriers import read_marks
from AIGCLibrary.files.labels.explicit import audible_label
from AIGCLibrary.files.labels.survival import lost_marks
from AIGCLibrary.files.labels.value import check, credit_code_is_right, parse, provider
from AIGCLibrary.files.labels.writer import packet, write_label
from AIGCLibrary.files.labels.xmp import labels_in, source_types
from tests.unit.files.conftest import FIELDS, rules_of, studio_video
from tests.unit.files.test_formats import MEDIA, encoded

REQUIRED = {"labels": {"aigc": "required"}}


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "gif", "avif", "tiff"])
def test_round_trip_in_images(tmp_path, picture, judge, suffix):
    picture.save(tmp_path / f"a.{suffix}")
    write_label(tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}", FIELDS, source_type="trainedAlgorithmicMedia")
    data = (tmp_path / f"b.{suffix}").read_bytes()
    found = judge(data, f"c.{suffix}", {"labels": {"aigc": "required", "iptc": "required"}})
    assert not [f for f in found.findings if f.severity == "error"], found.findings
    assert found.facts["labels"]["aigc"][0]["fields"] == FIELDS
    assert found.facts["labels"]["iptc"][0].endswith("/trainedAlgorithmicMedia")


@pytest.mark.parametrize("suffix", [*MEDIA, "mp4"])
def test_round_trip_in_media(tmp_path, judge, suffix):
    from AIGCLibrary.misbehave.faults import OutputFault

    plain = studio_video(faults=(OutputFault.UNLABELLED,)) if suffix == "mp4" else encoded(suffix, tmp_path)
    (tmp_path / f"a.{suffix}").write_bytes(plain)
    assert rules_of(judge(plain, f"x.{suffix}", REQUIRED)) == {"labels.aigc"}
    write_label(tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}", FIELDS)
    found = judge((tmp_path / f"b.{suffix}").read_bytes(), f"c.{suffix}", REQUIRED)
    assert not found.findings, found.findings
    assert found.facts["labels"]["aigc"][0]["fields"] == FIELDS
    assert frames_in(tmp_path / f"b.{suffix}") == frames_in(tmp_path / f"a.{suffix}") != {}


def frames_in(path):
    """Return how many frames of each stream can be decoded."""
    import av

    with av.open(str(path)) as container:
        return dict(Counter(type(frame).__name__ for packet in container.demux() for frame in packet.decode()))


def test_round_trip_in_wav_and_markdown(tmp_path, judge, wav):
    for name, data in (("a.wav", wav), ("a.md", "# 标题\n正文\n".encode())):
        (tmp_path / name).write_bytes(data)
        write_label(tmp_path / name, tmp_path / f"b-{name}", FIELDS)
        found = judge((tmp_path / f"b-{name}").read_bytes(), f"c-{name}", REQUIRED)
        assert not found.findings
        assert found.facts["labels"]["aigc"][0]["fields"] == FIELDS


@pytest.mark.parametrize("code", ["91110102MACQD9K640", "91440300708461136T", "91110102MAD55U9H0F"])
def test_check_digit_of_real_providers(code):
    assert credit_code_is_right(code)
    assert not credit_code_is_right(code[:-1] + ("0" if code[-1] != "0" else "1"))


def test_provider_code_is_taken_apart():
    assert provider("001191110102MACQD9K64010001") == {
        "subject_type": "1",
        "code_type": "1",
        "credit_code": "91110102MACQD9K640",
        "service": "generation",
        "model": "0001",
    }
    assert provider("A company") is None


@pytest.mark.parametrize(
    ("changes", "rule", "severity"),
    [
        ({"Label": "AIGC"}, "labels.aigc.Label", "error"),
        ({"Label": 1}, "labels.aigc.Label", "warning"),
        ({"Label": None}, "labels.aigc.Label", "error"),
        ({"ProduceID": ""}, "labels.aigc.ProduceID", "error"),
        ({"ContentProducer": "001191110102MACQD9K64110000"}, "labels.aigc.ContentProducer", "error"),
        ({"ContentProducer": "001191110102MACQD9K6401"}, "labels.aigc.ContentProducer", "error"),
        ({"ContentProducer": "羽飞科技"}, "labels.aigc.ContentProducer", "warning"),
        ({"Extra": "x"}, "labels.aigc.fields", "warning"),
        ({"ProduceID": "0000-0000"}, "labels.aigc.ProduceID", "warning"),
        ({"ContentPropagator": "001191110102MACQD9K64010000"}, "labels.aigc.ContentPropagator", "info"),
    ],
)
def test_grammar(changes, rule, severity):
    label = parse(json.dumps({**FIELDS, **changes}), "test")
    assert (rule, severity) in {(f.rule, str(f.severity)) for f in check(label)}


@pytest.mark.parametrize(
    "raw", [json.dumps(FIELDS), json.dumps({"AIGC": FIELDS}), json.dumps({"AIGC": json.dumps(FIELDS)})]
)
def test_wrapped_forms_are_read(raw):
    label = parse(raw, "test")
    assert dict(label.fields) == FIELDS
    assert list(check(label)) == []


def test_json_within_json_is_read_and_reported():
    label = parse(json.dumps(json.dumps(FIELDS)), "test")
    assert dict(label.fields) == FIELDS
    assert [f.severity for f in check(label)] == ["warning"]


def test_xmp_attribute_and_foreign_namespace():
    value = json.dumps(FIELDS).replace('"', "&quot;")
    head = '<rdf:Description xmlns:x="http://www.tc260.org.cn/ns/AIGC/1.0/" '
    assert dict(labels_in(f'{head}x:AIGC="{value}"/>')[0].fields) == FIELDS
    foreign = labels_in(f'<a xmlns:aigc="http://cvdca.org.cn/ns/aigc/1.0/"><aigc:Info>{value}</aigc:Info></a>')
    assert not foreign[0].conforming
    assert [f.rule for f in check(foreign[0])] == ["labels.aigc.carrier"]


def test_bare_source_type_is_reported(judge, picture):
    target = io.BytesIO()
    text = packet(None, "x").replace("http://cv.iptc.org/newscodes/digitalsourcetype/x", "trainedAlgorithmicMedia")
    picture.save(target, "JPEG", xmp=text.encode())
    found = judge(
        target.getvalue(), "a.jpg", {"labels": {"iptc": "required", "source_type": "trainedAlgorithmicMedia"}}
    )
    assert [(f.rule, str(f.severity)) for f in found.findings] == [("labels.iptc.address", "warning")]
    assert source_types(text)[0].code == "trainedAlgorithmicMedia"


def test_two_labels_are_one_too_many(judge, picture):
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", packet(json.dumps(FIELDS)))
    info.add_text("AIGC", json.dumps({"AIGC": {**FIELDS, "ProduceID": "other"}}))
    target = io.BytesIO()
    picture.save(target, "PNG", pnginfo=info)
    assert rules_of(judge(target.getvalue(), "a.png", REQUIRED)) == {"labels.aigc.single"}


def test_exif_user_comment_is_a_carrier(tmp_path, picture):
    from PIL import Image

    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + json.dumps({"AIGC": FIELDS}).encode()
    picture.save(tmp_path / "a.jpg", exif=exif)
    assert dict(read_marks(tmp_path / "a.jpg", "image/jpeg").labels[0].fields) == FIELDS


def test_label_glued_into_a_jpeg_is_found_and_reported(judge, picture):
    target = io.BytesIO()
    picture.save(target, "JPEG", comment=b"AIGC" + json.dumps(FIELDS).encode())
    assert rules_of(judge(target.getvalue(), "a.jpg", REQUIRED)) == {"labels.aigc.carrier"}


def test_remuxing_that_drops_the_label_is_reported(tmp_path, mp4):
    import av

    (tmp_path / "a.mp4").write_bytes(mp4)
    with av.open(str(tmp_path / "a.mp4")) as reader, av.open(str(tmp_path / "b.mp4"), "w") as writer:
        writer.metadata.update(reader.metadata)
        streams = {s: writer.add_stream_from_template(s) for s in reader.streams}
        for packet_in in reader.demux():
            if packet_in.dts is not None:
                packet_in.stream = streams[packet_in.stream]
                writer.mux(packet_in)
    kind = sniff((tmp_path / "b.mp4").read_bytes()[:4096])
    assert [f.kind for f in lost_marks(tmp_path / "a.mp4", "video/mp4", tmp_path / "b.mp4", kind)] == ["label_missing"]
    assert lost_marks(tmp_path / "a.mp4", "video/mp4", tmp_path / "a.mp4", "video/mp4") == []


@pytest.mark.parametrize(("seconds", "at"), [(5.0, 0.0), (2.0, None)])
def test_audible_label(tmp_path, seconds, at):
    import threading

    from AIGCLibrary.studio.media.audio import encode_audio
    from AIGCLibrary.studio.media.order import CancellationToken, Order

    order = Order("audio", "a song", seconds=seconds, format="wav")  # the studio marks sounds of 3 s and more
    (tmp_path / "a.wav").write_bytes(encode_audio(order, CancellationToken(threading.Event())))
    found = audible_label(tmp_path / "a.wav")
    assert found == pytest.approx(at, abs=0.05) if at is not None else found is None


def test_integrity_and_trust_are_distinguished():
    def store(*codes):
        return {
            "active_manifest": "m",
            "manifests": {"m": {}},
            "validation_results": {"activeManifest": {"failure": [{"code": c} for c in codes]}},
        }

    untrusted = _digest(store("signingCredential.untrusted", "signingCredential.expired"))
    assert (untrusted["integrity"], len(untrusted["trust"])) == ([], 2)
    changed = _digest(store("assertion.dataHash.mismatch"))
    assert (changed["integrity"], changed["trust"]) == (["assertion.dataHash.mismatch"], [])


LABEL = json.dumps({"Label": "1", "ContentProducer": "001191110102MACQD9K64010000", "ProduceID": "p-1"})


def _office(main):
    from xml.sax.saxutils import escape

    from tests.unit.files.conftest import make_zip

    office = "http://schemas.openxmlformats.org/officeDocument/2006"
    custom = (
        f'<Properties xmlns="{office}/custom-properties" xmlns:vt="{office}/docPropsVTypes">'
        f'<property pid="2" name="AIGC"><vt:lpwstr>{escape(LABEL)}</vt:lpwstr></property></Properties>'
    )
    return make_zip({"[Content_Types].xml": b"<Types/>", main: b"<x/>", "docProps/custom.xml": custom.encode()})


def _avi(tmp_path):
    text = LABEL.encode() + b"\0"
    text += b"\0" * (len(text) % 2)
    info = b"INFO" + b"AIGC" + len(text).to_bytes(4, "little") + text
    body = b"AVI LIST" + len(info).to_bytes(4, "little") + info
    return b"RIFF" + len(body).to_bytes(4, "little") + body


@pytest.mark.parametrize(
    ("name", "make", "carrier"),
    [
        ("a.docx", lambda _: _office("word/document.xml"), "docProps/custom.xml AIGC"),
        ("a.pptx", lambda _: _office("ppt/presentation.xml"), "docProps/custom.xml AIGC"),
        ("a.xlsx", lambda _: _office("xl/workbook.xml"), "docProps/custom.xml AIGC"),
        ("a.pdf", lambda _: b"%PDF-1.4\n1 0 obj\n<< /AIGC (" + LABEL.encode() + b") >>\nendobj\n", "PDF /Info /AIGC"),
        ("a.avi", _avi, "RIFF chunk AIGC"),
        ("a.png", lambda _: _png_text(), "PNG text AIGC"),
    ],
)
def test_carriers_that_we_only_read(tmp_path, name, make, carrier):
    path = tmp_path / name
    path.write_bytes(make(tmp_path))
    labels = read_marks(path, sniff(path.read_bytes()[:4096])).labels
    assert [(label.carrier, label.fields["ProduceID"]) for label in labels] == [(carrier, "p-1")]


def _png_text():
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    info, target = PngInfo(), io.BytesIO()
    info.add_text("AIGC", '{"AIGC":' + LABEL + "}")
    Image.new("RGB", (20, 20)).save(target, "PNG", pnginfo=info)
    return target.getvalue()


def test_a_manifest_elsewhere_is_reported_and_its_address_never_asked(judge, picture):
    import io
    import socket

    pytest.importorskip("c2pa")
    target = io.BytesIO()
    picture.save(target, "JPEG")
    data = target.getvalue()
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/m.c2pa"
        xmp = (
            '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            f'<rdf:Description rdf:about="" xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="{address}"/>'
            "</rdf:RDF></x:xmpmeta>"
        )
        part = b"http://ns.adobe.com/xap/1.0/\0" + xmp.encode()
        data = data[:2] + b"\xff\xe1" + (len(part) + 2).to_bytes(2, "big") + part + data[2:]
        optional = judge(data, "a.jpg", {"labels": {"c2pa": "optional"}})
        required = judge(data, "b.jpg", {"labels": {"c2pa": "required"}})
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert [(f.rule, str(f.severity)) for f in optional.findings] == [("labels.c2pa.remote", "info")]
    assert [(f.rule, str(f.severity)) for f in required.findings] == [("labels.c2pa.remote", "error")]
    assert address in required.findings[0].message
