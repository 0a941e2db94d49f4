/// What WeasyPrint is told to do: its own variants are tagged PDF/UA or archivable PDF/A, and a report is to be both.
enum PrintProgram {
  /// Python. Its arguments: the page, the PDF to write, the identifier of the document, and files to embed. Prints
  /// `page NUMBER` for each page that is laid out.
  static let text = #"""
    from importlib.resources import files
    from logging import Handler, getLogger
    from os import environ
    from sys import argv, modules

    from pydyf import Array, Dictionary, Stream, String
    from weasyprint import HTML

    # That it is PDF/A, and what the property of PDF/UA is, which PDF/A does not know (ISO 19005-3, 6.6.2).
    METADATA = b"""
    <rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
     pdfaid:part="3" pdfaid:conformance="B"/>
    <rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
     xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
     xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
    <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
    <pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
    <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
    <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
    <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
    <pdfaProperty:name>part</pdfaProperty:name>
    <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
    <pdfaProperty:category>internal</pdfaProperty:category>
    <pdfaProperty:description>Part of ISO 14289</pdfaProperty:description>
    </rdf:li></rdf:Seq></pdfaSchema:property>
    </rdf:li></rdf:Bag></pdfaExtension:schemas>
    </rdf:Description>
    """


    class Pages(Handler):
        def emit(self, record):
            message = record.getMessage()
            if " - Page " in message:
                print("page", message.split()[-1], flush=True)


    def archive(document, pdf):
        """Makes PDF/A-3b of the tagged document."""
        colours = (files("weasyprint.pdf") / "sRGB2014.icc").read_bytes()
        profile = Stream([colours], Dictionary({"N": 3, "Alternate": "/DeviceRGB"}), compress=True)
        pdf.add_object(profile)
        pdf.catalog["OutputIntents"] = Array([Dictionary({
            "Type": "/OutputIntent",
            "S": "/GTS_PDFA1",
            "OutputConditionIdentifier": String("sRGB IEC61966-2.1"),
            "DestOutputProfile": profile.reference,
        })])
        embedded = []
        for thing in pdf.objects:
            if not isinstance(thing, dict):
                if getattr(thing, "extra", {}).get("Type") == "/EmbeddedFile":
                    thing.extra["Subtype"] = "/application#2Foctet-stream"
            elif thing.get("Type") == "/Annot":
                thing["F"] = 4
            elif thing.get("Type") == "/Filespec":
                thing["F"] = thing["UF"]
                thing["AFRelationship"] = "/Data"
                embedded.append(thing.reference)
        if embedded:
            pdf.catalog["AF"] = Array(embedded)
        metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
        before, properties = b"".join(metadata.stream).split(b"<rdf:RDF", 1)
        properties, after = properties.rsplit(b"</rdf:RDF>", 1)
        metadata.stream = [
            before, b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF', properties, METADATA,
            b"</rdf:RDF></x:xmpmeta>", after]


    steps = getLogger("weasyprint.progress")
    steps.propagate = False
    steps.setLevel("INFO")
    steps.addHandler(Pages())
    # Fonts state when they were subset; one page is to give one document.
    environ["SOURCE_DATE_EPOCH"] = "0"
    page, output, identifier, *attachments = argv[1:]
    # Later versions of WeasyPrint name them so, and hide objects in streams unless they are told not to.
    if hasattr(modules["weasyprint"], "DEFAULT_OPTIONS"):
        options = {"pdf_variant": "pdf/ua-1", "pdf_identifier": identifier, "uncompressed_pdf": True}
    else:
        options = {"variant": "pdf/ua-1", "identifier": identifier, "optimize_size": ("fonts",)}
    HTML(page).write_pdf(output, attachments=attachments, finisher=archive, **options)

    """#
}
