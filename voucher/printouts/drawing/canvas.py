"""reportlab's canvas with smaller pages: a file of vouchers is mostly pages."""

import zlib
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFPage, PDFResourceDictionary, PDFStream
from reportlab.pdfgen.canvas import Canvas

_RESOURCES = "SharedResources"


class _Deflate:
    """The filter FlateDecode, for text with codes in it that are as good as random."""

    pdfname = "FlateDecode"

    @staticmethod
    def encode(content: str) -> bytes:
        # Z_FILTERED does not look for the short repetitions that chance makes. The lowest level
        # takes three quarters of the time for 40 bytes a voucher more.
        packer = zlib.compressobj(level=1, strategy=zlib.Z_FILTERED)
        return packer.compress(content.encode("ascii")) + packer.flush()


class LeanCanvas(Canvas):
    """
    A canvas whose pages share one dictionary of resources.

    Without it each page repeats 160 bytes, and formatting them costs more than drawing.
    """

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self._resources = PDFResourceDictionary()
        self._resources.basicFonts()
        self._resources.allProcs()
        # Written out once: reportlab would format the four figures again for each page.
        self._box = "[0 0 {:.4f} {:.4f}]".format(*self._pagesize).encode("ascii")

    def _setXObjects(self, thing: Any) -> None:  # noqa: N802 (reportlab's hook for each page)
        super()._setXObjects(thing)
        if not isinstance(thing, PDFPage):
            return
        if thing.XObjects:
            self._resources.XObject.update(thing.XObjects.dict)
        thing.Resources = self._doc.Reference(self._resources, _RESOURCES)
        thing.Contents = PDFStream(content=thing.stream, filters=[_Deflate])
        thing.MediaBox = self._box
        thing.Trans = None
