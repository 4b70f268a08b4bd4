"""Which picture format the first bytes declare: those that are read here, and those that a shop has to convert."""

from __future__ import annotations

_JPEG2000 = (b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51")
_LARGEST_FTYP = 1024  # bytes: no writer names hundreds of brands
_META_BYTES = 16_384  # the boxes before the samples, which say how these are coded
_GENERAL_BRANDS = {b"mif1", b"msf1", b"miaf"}
_UNSUPPORTED_BRANDS = {
    "HEIC": {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"},
    "Canon raw": {b"crx "},
    "HEIF": {*_GENERAL_BRANDS, b"j2ki", b"vvic", b"evbi", b"avci", b"jpeg"},
}
_UNSUPPORTED_MAGIC = (
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"\xff\x0a", "JPEG XL"),
    (b"8BPS", "Photoshop"),
    (b"%PDF-", "PDF"),
    (b"%!PS", "PostScript"),
    (b"\xc5\xd0\xd3\xc6", "PostScript"),
    (b"gimp xcf ", "GIMP"),
    (b"\0\0\1\0", "icon"),
    (b"II\xbc\x01", "JPEG XR"),
    (b"v/1\x01", "OpenEXR"),
    (b"#?RADIANCE", "Radiance HDR"),
    (b"DDS ", "DDS"),
    (b"qoif", "QOI"),
    (b"BPG\xfb", "BPG"),
)
_PREAMBLE = ((b"<?", b"?>"), (b"<!--", b"-->"), (b"<!DOCTYPE", b">"))  # what may stand before an SVG's first tag


def sniff(data: bytes) -> str | None:
    """The format that the first bytes declare, whatever the file is called; None where it is no picture we read."""
    head = data[:16]
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if head.startswith((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")):
        return "tiff"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if is_avif(data):
        return "avif"
    if data.startswith(_JPEG2000):
        return "jpeg2000"
    # "BM" alone would make a bitmap of any text that begins so: the info header's size must follow
    if head[:2] == b"BM" and len(data) > 18 and data[14] in (12, 40, 52, 56, 64, 108, 124) and data[15:18] == b"\0\0\0":
        return "bmp"
    return None


def unsupported_format(data: bytes) -> str | None:
    """The name of a picture's format that nothing here reads; None where the first bytes declare no picture.

    A shop that sees it has a file to convert. An error page that was saved as a picture is another matter.
    """
    brands = brands_of(data)
    if brands & _GENERAL_BRANDS and b"hvc1" in data[:_META_BYTES]:
        return "HEIC"
    named = next((name for name, own in _UNSUPPORTED_BRANDS.items() if brands & own), None)
    named = named or next((name for magic, name in _UNSUPPORTED_MAGIC if data.startswith(magic)), None)
    return named or ("SVG" if _is_svg(data[:_META_BYTES]) else None)


def is_avif(data: bytes) -> bool:
    """Whether any brand says AVIF, or a general one stands before pictures that are coded so."""
    brands = brands_of(data)
    return bool(brands & {b"avif", b"avis"} or (brands & _GENERAL_BRANDS and b"av01" in data[:_META_BYTES]))


def brands_of(data: bytes) -> set[bytes]:
    """All brands of an ISO media file's ``ftyp`` box, the major one and the compatible ones; empty for other files.

    The major brand alone does not say what a picture is: the general ``mif1`` may stand there, with ``avif`` or
    ``heic`` behind it (ISO/IEC 14496-12, 4.3; 23008-12, 10.2).
    """
    size = int.from_bytes(data[:4], "big")
    if data[4:8] != b"ftyp" or size < 16:
        return set()
    box = data[: min(size, _LARGEST_FTYP)]
    return {box[8:12], *(box[at : at + 4] for at in range(16, len(box) - 3, 4))}


def _is_svg(head: bytes) -> bool:
    """Whether an ``svg`` element comes first, behind declarations and comments."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    while found := next(((begin, end) for begin, end in _PREAMBLE if head.startswith(begin)), None):
        _, mark, head = head[len(found[0]) :].partition(found[1])
        head = head.lstrip()
        if not mark:
            return False
    tag = head[1:64].split(None, 1)[0] if head.startswith(b"<") and head[1:2].isalpha() else b""
    return tag.split(b">")[0].strip(b"/").split(b":")[-1] == b"svg"
