"""TEMPORARY shim until informix_types.codesets exists."""

try:
    from informix_types.codesets import UnknownCodeset, codec_for_locale
except ImportError:

    class UnknownCodeset(LookupError): ...

    def codec_for_locale(locale):
        name = locale.partition(".")[2].partition("@")[0].lower()
        try:
            return {"8859-1": "iso8859-1", "819": "iso8859-1", "utf8": "utf-8", "57372": "utf-8"}[name]
        except KeyError:
            raise UnknownCodeset(name)
