import Formats

extension Phrase {
  /// English and German side by side, so that one is never changed without a look at the other.
  static let ofAcquisition: [Phrase: Translation] = [
    // acquisition
    .acquisition: .init("Acquisition {0}", "Sicherung {0}"),
    .outcome: .init("Outcome", "Ausgang"),
    .notEvidence: .init(
      "Nothing of this acquisition is evidence.",
      "Nichts von dieser Sicherung ist ein Beweismittel."),
    .source: .init("The medium that was read", "Der gelesene Datenträger"),
    .path: .init("Path", "Pfad"),
    .kindDevice: .init("block device", "Blockgerät"),
    .kindFile: .init("file", "Datei"),
    .kindDisc: .init("image of an optical disc", "Abbild einer optischen Platte"),
    .kindSplit: .init("split set of files", "geteilte Dateien"),
    .model: .init("Model", "Modell"),
    .serial: .init("Serial number", "Seriennummer"),
    .firmware: .init("Firmware", "Firmware"),
    .wwn: .init("World Wide Name", "World Wide Name"),
    .length: .init("Length", "Länge"),
    .sectors: .init("Sectors", "Sektoren"),
    .sectorSize: .init("Sector size", "Sektorgröße"),
    .sectorSizes: .init("{0} bytes logical, {1} bytes physical", "{0} Byte logisch, {1} Byte physisch"),
    .range: .init("Range", "Bereich"),
    .rangeFrom: .init("only from sector {0} on, {1}", "nur ab Sektor {0}, {1}"),
    .lastSector: .init("Last sector", "Letzter Sektor"),
    .shortSector: .init(
      "{0} bytes only; an E01 holds {1} zero bytes behind it",
      "nur {0} Byte; ein E01 enthält dahinter {1} Nullbyte"),
    .device: .init("Device", "Gerät"),
    .deviceCaption: .init(
      "What the device and the system say of it",
      "Was das Gerät und das System über es sagen"),
    .noDevice: .init(
      "Nothing is recorded: the source was no block device, or its record is not there.",
      "Nichts festgehalten: die Quelle war kein Blockgerät, oder die Aufzeichnung fehlt."),
    .hiddenAreas: .init(
      "Hidden areas: present, absent, or not to be determined",
      "Verborgene Bereiche: vorhanden, nicht vorhanden oder nicht feststellbar"),
    .noHiddenAreas: .init(
      "Hidden areas: nothing is recorded, so that it is not known whether there are any.",
      "Verborgene Bereiche: nichts festgehalten; ob es welche gibt, ist nicht bekannt."),
    .area: .init("Area", "Bereich"),
    .notDetermined: .init("Could not be determined", "Nicht feststellbar"),
    .commandsSent: .init(
      "Commands sent to the device, with how often",
      "An das Gerät gesandte Befehle, mit Anzahl"),
    .accepted: .init(
      "Accepted by the examiner, although the medium is refused in this state otherwise",
      "Von der untersuchenden Person hingenommen, obwohl der Datenträger so sonst abgelehnt wird"),
    .acceptedWords: .init("Found: {0}. Reason given: {1}", "Vorgefunden: {0}. Angegebener Grund: {1}"),
    .health: .init("Health of the device by its own account", "Zustand des Geräts nach eigener Angabe"),
    .healthBefore: .init("Before it was read", "Vor dem Lesen"),
    .healthAfter: .init("Afterwards", "Danach"),
    .healthSame: .init("all {0} values are as they were before", "alle {0} Werte sind wie zuvor"),
    .healthUnknown: .init("could not be determined {0}", "nicht feststellbar {0}"),
    .deviceRaw: .init(
      "The answers of the device as they came lie beside the images; {0} names them.",
      "Die Antworten des Geräts liegen im Wortlaut bei den Abbildern; {0} nennt sie."),
    .disc: .init("Disc", "Datenträgerscheibe"),
    .discCaption: .init(
      "Sessions, tracks and gaps of the disc, to scale", "Sessions, Spuren und Lücken, maßstäblich"),
    .noDisc: .init(
      "The layout cannot be drawn: {0} is not the file that the manifest binds.",
      "Der Aufbau kann nicht gezeichnet werden: {0} ist nicht die Datei des Manifests."),
    .tracksCaption: .init(
      "Tracks, with the digest of the sectors the image holds of each",
      "Spuren, mit dem Prüfwert der Sektoren, die das Abbild davon enthält"),
    .session: .init("Session", "Session"),
    .track: .init("Track", "Spur"),
    .trackMode: .init("Mode", "Art"),
    .trackStart: .init("Begins at", "Beginnt bei"),
    .protection: .init("Write protection", "Schreibschutz"),
    .protectionCaption: .init(
      "What kept the medium from being changed",
      "Was den Datenträger vor Änderung bewahrte"),
    .noProtection: .init("No write protection is recorded.", "Es ist kein Schreibschutz festgehalten."),
    .layer: .init("Layer", "Schicht"),
    .proves: .init("What it shows", "Was es zeigt"),
    .active: .init("active", "wirksam"),
    .inactive: .init("inactive", "unwirksam"),
    .before: .init("before: {0}", "vorher: {0}"),
    .during: .init("during: {0}", "währenddessen: {0}"),
    .after: .init("after: {0}", "nachher: {0}"),
    .protectionLimits: .init("Limits of this protection: {0}", "Grenzen dieses Schutzes: {0}"),
    .method: .init("Method and settings", "Verfahren und Einstellungen"),
    .howRead: .init("How it was read", "Wie gelesen wurde"),
    .program: .init("Program", "Programm"),
    .validation: .init("Validation of the program", "Prüfung des Programms"),
    .validationWords: .init(
      "{0} {1} on {2}, {3}: {4} checks passed, {5} failed, {6} not applicable or not run; signed by {7}, whose certificate was not judged for this report",
      "{0} {1} auf {2}, {3}: {4} Prüfungen bestanden, {5} nicht bestanden, {6} nicht zutreffend oder nicht ausgeführt; unterschrieben von {7}, dessen Zertifikat für diesen Bericht nicht beurteilt wurde"
    ),
    .validationDigest: .init("SHA-256 of its record", "SHA-256 des Protokolls davon"),
    .noValidation: .init(
      "`exhibit validate` tests the program on this workstation and signs a record; none is named for this report",
      "`exhibit validate` prüft das Programm auf diesem Rechner und unterschreibt ein Protokoll; für diesen Bericht ist keines genannt"
    ),
    .workstation: .init("Workstation", "Arbeitsplatz"),
    .workstationWords: .init("{0}, {1}, account {2}", "{0}, {1}, Konto {2}"),
    .command: .init("Command", "Befehl"),
    .begun: .init("Begun", "Begonnen"),
    .ended: .init("Ended", "Beendet"),
    .clock: .init("Clock", "Uhr"),
    .reading: .init("Reading", "Lesen"),
    .readingDirect: .init("past the page cache (O_DIRECT)", "am Seitenspeicher vorbei (O_DIRECT)"),
    .readingCached: .init("through the page cache", "durch den Seitenspeicher"),
    .errorPolicy: .init("Unreadable sectors", "Unlesbare Sektoren"),
    .policySingly: .init("read again one by one", "einzeln erneut gelesen"),
    .policyRetries: .init("asked for {0} times", "{0}-mal angefordert"),
    .policyTime: .init(
      "given up after {0} seconds without an answer",
      "nach {0} Sekunden ohne Antwort aufgegeben"),
    .policyLimit: .init("stopped at {0} of them", "bei {0} davon abgebrochen"),
    .policyReverse: .init(
      "from the end of the medium to its beginning",
      "vom Ende des Datenträgers zum Anfang"),
    .policySkips: .init(
      "dead zones left out at first and returned to at the end",
      "tote Zonen zunächst ausgelassen und am Ende nachgeholt"),
    .policyFill: .init(
      "only those that never came are filled, with {0}",
      "nur die nie gelieferten sind gefüllt, mit {0}"),
    .fillZero: .init("zero bytes", "Nullbyte"),
    .fillByte: .init("bytes of 0x{0}", "Byte 0x{0}"),
    .fillAddress: .init("text that states the address of the sector", "Text mit der Adresse des Sektors"),
    .formats: .init("Formats", "Formate"),
    .compression: .init("Compression", "Kompression"),
    .interruption: .init("Interruption", "Unterbrechung"),
    .interrupted: .init(
      "{0} to {1}, sectors from {2} on were missing; resumed after {3} chunks were read again and found equal",
      "{0} bis {1}, ab Sektor {2} fehlte noch alles; fortgesetzt, nachdem {3} Blöcke erneut gelesen und gleich befunden wurden"
    ),
    .alsoIn: .init("Segments also in", "Segmente auch in"),
    // digests, images, signature
    .digests: .init("Digests", "Prüfsummen"),
    .digestsCaption: .init(
      "Digests, with the command that computes each anew",
      "Prüfsummen, mit dem Befehl, der sie neu berechnet"),
    .algorithm: .init("Algorithm", "Verfahren"),
    .digestCommand: .init("Digest and command", "Prüfsumme und Befehl"),
    .wholeRange: .init("what was read of the medium", "was vom Datenträger gelesen wurde"),
    .wholeMedium: .init("the whole medium", "der ganze Datenträger"),
    .chunkDigests: .init("Digests of the chunks", "Prüfsummen der Blöcke"),
    .chunks: .init("Chunks", "Blöcke"),
    .chunksOf: .init("{0} of {1}", "{0} zu {1}"),
    .chunkFile: .init("Chunk file", "Blockliste"),
    .merkleRoot: .init("Merkle root (RFC 9162, SHA-256)", "Merkle-Wurzel (RFC 9162, SHA-256)"),
    .images: .init("Images and segments", "Abbilder und Segmente"),
    .imageOf: .init("{0}: {1} bytes of the medium", "{0}: {1} Byte des Datenträgers"),
    .fileDigest: .init("SHA-256 of the file", "SHA-256 der Datei"),
    .signature: .init("Signature", "Unterschrift"),
    .manifestSignature: .init("Signature of the manifest", "Unterschrift des Manifests"),
    .manifestDigest: .init("SHA-256 of the manifest", "SHA-256 des Manifests"),
    .signer: .init("Signer", "Unterzeichner"),
    .fingerprint: .init("Certificate, SHA-256", "Zertifikat, SHA-256"),
    .valid: .init("Valid", "Gültig"),
    .validFromTo: .init("{0} to {1}", "{0} bis {1}"),
    .signed: .init("Signed", "Unterschrieben"),
    .noTime: .init("no time stated", "keine Zeit angegeben"),
    .timeStamp: .init("Time stamp", "Zeitstempel"),
    .noTimeStamp: .init("none: nobody else vouches for the time", "keiner: niemand sonst bürgt für die Zeit"),
    .signatureBelongs: .init("belongs to this manifest", "gehört zu diesem Manifest"),
    .signatureInvalid: .init("INVALID: {0}", "UNGÜLTIG: {0}"),
    .checkSignature: .init("The manifest is the signed one", "Das Manifest ist das unterschriebene"),
  ]
}
