"""Mail as text, with the links to our own pages made so that they can be clicked."""

import re

from markupsafe import Markup, escape


def linked(text: str, public_url: str) -> Markup:
    """Escape the text; addresses under `public_url` become links, those of other sites do not."""
    # A path is needed: without one, http://ours@evil.example would begin like an address of ours.
    ours = re.compile(rf"(?<![\w/]){re.escape(public_url)}(/(?:[^\s<>\"']*[^\s<>\"'.,;:!?)])?)")
    parts, read = [], 0
    for found in ours.finditer(text):
        # The path alone, so that it works under whatever name this machine was reached by.
        link = Markup('<a href="{}">{}</a>').format(found[1], found[0])
        parts += [escape(text[read : found.start()]), link]
        read = found.end()
    return Markup("").join([*parts, escape(text[read:])])
