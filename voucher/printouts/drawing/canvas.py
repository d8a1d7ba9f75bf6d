"""reportlab's canvas with smaller pages: a file of vouchers is mostly pages."""

import zlib
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFObject, PDFResourceDictionary
from reportlab.pdfgen.canvas import Canvas

_RESOURCES = "SharedResources"
_STREAM = b"<<\n/Filter /FlateDecode /Length %d\n>>\nstream\n%b\nendstream\n"
_PAGE = b"<<\n/Contents %d 0 R /MediaBox %b /Parent %d 0 R /Resources %d 0 R /Type /Page\n>>\n"


class _Ready(PDFObject):
    """An object of the file as the bytes it will be; the others refer to it."""

    __RefOnly__ = 1

    def __init__(self, content: bytes) -> None:
        self.content = content

    def format(self, _: Any) -> bytes:
        return self.content


class LeanCanvas(Canvas):
    """
    A canvas whose pages are of one size, share one dictionary of resources, and are packed as soon
    as each ends.

    reportlab keeps every page's text until the file is saved, repeats 160 bytes on each page, and
    takes longer to format them than to draw.
    """

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self._resources = PDFResourceDictionary()
        self._resources.basicFonts()
        self._resources.allProcs()
        self._box = "[0 0 {:.4f} {:.4f}]".format(*self._pagesize).encode("ascii")
        self._own_numbers = (
            self._refer(self._doc.Pages),
            self._refer(self._resources, _RESOURCES),
        )

    def showPage(self) -> None:  # noqa: N802 (reportlab's name)
        """End this page: pack it, and begin another."""
        self._resources.XObject.update(self._doc.xobjDict(self._formsinuse).dict)
        packed = _deflate("\n".join([self._preamble, *self._code, " \n"]))
        contents = self._refer(_Ready(_STREAM % (len(packed), packed)))
        parent, resources = self._own_numbers
        self._doc.addPage(_Ready(_PAGE % (contents, self._box, parent, resources)))
        self._startPage()

    def _refer(self, thing: Any, name: str | None = None) -> int:
        """Put an object into the file and give its number there."""
        reference = self._doc.Reference(thing, name)
        number: int = self._doc.idToObjectNumberAndVersion[reference.name][0]
        return number


def _deflate(content: str) -> bytes:
    # Z_FILTERED does not look for the short repetitions that chance makes in codes. The lowest
    # level takes three quarters of the time for 40 bytes a voucher more.
    packer = zlib.compressobj(level=1, strategy=zlib.Z_FILTERED)
    return packer.compress(content.encode("ascii")) + packer.flush()
