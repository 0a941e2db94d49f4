import Formats

extension Phrase {
  /// English and German side by side, so that one is never changed without a look at the other.
  static let ofAcquisition: [Phrase: Translation] = [
    // acquisition
    .acquisition: .init("Acquisition {0}", "Sicherung {0}"),
    .outcome: .init("Outcome", "Ausgang"),
    .notEvidence: .init(
      "This acquisition is incomplete and is not to be relied on.",
      "Diese Sicherung ist unvollständig und nicht verlässlich."),
    .source: .init(
      "Source",
      "Quelle"),
    .path: .init("Path", "Pfad"),
    .kindDevice: .init("block device", "Blockgerät"),
    .kindFile: .init("file", "Datei"),
    .kindDisc: .init("image of an optical disc", "Abbild einer optischen Platte"),
    .kindSplit: .init(
      "split image files",
      "geteilte Abbilddateien"),
    .fromDevice: .init("a block device", "einem Blockgerät"),
    .fromFile: .init("a file", "einer Datei"),
    .fromDisc: .init("the image of an optical disc", "dem Abbild einer optischen Platte"),
    .fromSplit: .init(
      "split image files",
      "geteilten Abbilddateien"),
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
      "{0} bytes only; an E01 adds {1} zero bytes",
      "nur {0} Byte; ein E01 ergänzt {1} Nullbytes"),
    .device: .init("Device", "Gerät"),
    .deviceCaption: .init(
      "Device identification",
      "Identifikation des Geräts"),
    .noDevice: .init(
      "Not recorded: the source was not a block device, or its record is missing.",
      "Nicht erfasst: die Quelle war kein Blockgerät, oder die Aufzeichnung fehlt."),
    .hiddenAreas: .init(
      "Hidden areas",
      "Verborgene Bereiche"),
    .noHiddenAreas: .init(
      "Hidden areas were not checked; whether there are any is not known.",
      "Verborgene Bereiche wurden nicht geprüft; ob es welche gibt, ist nicht bekannt."),
    .area: .init("Area", "Bereich"),
    .notDetermined: .init("Could not be determined", "Nicht feststellbar"),
    .commandsSent: .init(
      "Commands sent to the device, and how often",
      "An das Gerät gesendete Befehle, mit Anzahl"),
    .accepted: .init(
      "Examiner override",
      "Ausnahme der untersuchenden Person"),
    .acceptedWords: .init("Found: {0}. Reason given: {1}", "Vorgefunden: {0}. Angegebener Grund: {1}"),
    .health: .init(
      "Health, self-reported (SMART)",
      "Zustand nach Selbstauskunft (SMART)"),
    .healthBefore: .init("Before it was read", "Vor dem Lesen"),
    .healthAfter: .init("Afterwards", "Danach"),
    .healthSame: .init(
      "all {0} values unchanged",
      "alle {0} Werte unverändert"),
    .healthUnknown: .init(
      "not determined {0}",
      "nicht feststellbar {0}"),
    .deviceRaw: .init(
      "The raw device responses are stored with the images; {0} lists them.",
      "Die Rohantworten des Geräts liegen bei den Abbildern; {0} führt sie auf."),
    .disc: .init(
      "Disc",
      "Disc"),
    .discCaption: .init(
      "Sessions, tracks and gaps of the disc, to scale",
      "Sessions, Tracks und Lücken der Disc, maßstäblich"),
    .noDisc: .init(
      "The layout cannot be drawn: {0} does not match the manifest.",
      "Der Aufbau kann nicht gezeichnet werden: {0} stimmt nicht mit dem Manifest überein."),
    .tracksCaption: .init(
      "Tracks, with the hash value of the sectors that the image holds of each",
      "Tracks, mit dem Hashwert der Sektoren, die das Abbild davon enthält"),
    .session: .init("Session", "Session"),
    .track: .init(
      "Track",
      "Track"),
    .trackMode: .init("Mode", "Art"),
    .modeAudio: .init("audio", "Audio"),
    .mode0: .init("mode 0", "Modus 0"),
    .mode1: .init("mode 1", "Modus 1"),
    .mode2: .init("mode 2", "Modus 2"),
    .modeDVD: .init("DVD", "DVD"),
    .modeUserData: .init("Data (2048 bytes a sector)", "Daten (2048 Bytes je Sektor)"),
    .trackStart: .init("Begins at", "Beginnt bei"),
    .protection: .init("Write protection", "Schreibschutz"),
    .protectionCaption: .init(
      "Write-protection measures",
      "Schreibschutzmaßnahmen"),
    .noProtection: .init(
      "No write protection was recorded.",
      "Es wurde kein Schreibschutz erfasst."),
    .layer: .init(
      "Measure",
      "Maßnahme"),
    .proves: .init("What it shows", "Was es zeigt"),
    .active: .init(
      "in effect",
      "wirksam"),
    .inactive: .init(
      "not in effect",
      "nicht wirksam"),
    .before: .init("before: {0}", "vorher: {0}"),
    .during: .init(
      "during: {0}",
      "während des Lesens: {0}"),
    .after: .init("after: {0}", "nachher: {0}"),
    .protectionLimits: .init("Limits of this protection: {0}", "Grenzen dieses Schutzes: {0}"),
    .method: .init("Method and settings", "Verfahren und Einstellungen"),
    .howRead: .init(
      "Settings",
      "Einstellungen"),
    .program: .init("Program", "Programm"),
    .validation: .init(
      "Validation of the program",
      "Validierung des Programms"),
    .validationWords: .init(
      "{0} {1} on {2}, {3}: {4} checks passed, {5} failed, {6} not applicable or not run; signed by {7}, whose certificate was not checked for this report",
      "{0} {1} auf {2}, {3}: {4} Prüfungen bestanden, {5} nicht bestanden, {6} nicht zutreffend oder nicht ausgeführt; signiert von {7}, dessen Zertifikat für diesen Bericht nicht geprüft wurde"
    ),
    .validationDigest: .init(
      "SHA-256 of the validation record",
      "SHA-256 des Validierungsprotokolls"),
    .noValidation: .init(
      "No validation record is cited in this report.",
      "In diesem Bericht ist kein Validierungsprotokoll angegeben."),
    .workstation: .init("Workstation", "Arbeitsplatz"),
    .workstationWords: .init("{0}, {1}, account {2}", "{0}, {1}, Konto {2}"),
    .command: .init("Command", "Befehl"),
    .begun: .init(
      "Begun",
      "Beginn"),
    .ended: .init(
      "Ended",
      "Ende"),
    .clock: .init("Clock", "Uhr"),
    .reading: .init("Reading", "Lesen"),
    .readingDirect: .init(
      "bypassing the page cache (O_DIRECT)",
      "unter Umgehung des Seitencaches (O_DIRECT)"),
    .readingCached: .init(
      "through the page cache",
      "über den Seitencache"),
    .errorPolicy: .init("Unreadable sectors", "Unlesbare Sektoren"),
    .policySingly: .init(
      "read again one by one",
      "einzeln erneut gelesen"),
    .policyRetries: .init(
      "{0} attempts each",
      "je {0} Versuche"),
    .policyTime: .init(
      "abandoned after {0} seconds without an answer",
      "nach {0} Sekunden ohne Antwort aufgegeben"),
    .policyLimit: .init(
      "stopped at {0} unreadable sectors",
      "bei {0} unlesbaren Sektoren abgebrochen"),
    .policyReverse: .init(
      "from the end of the medium to its beginning",
      "vom Ende des Datenträgers zum Anfang"),
    .policySkips: .init(
      "failing zones skipped at first and read last",
      "fehlerhafte Zonen zunächst übersprungen und zuletzt gelesen"),
    .policyFill: .init(
      "sectors that remained unreadable are filled with {0}",
      "unlesbar gebliebene Sektoren sind gefüllt mit {0}"),
    .fillZero: .init("zero bytes", "Nullbytes"),
    .fillByte: .init("bytes of 0x{0}", "Byte 0x{0}"),
    .fillAddress: .init(
      "text that states the sector’s address",
      "Text mit der Adresse des Sektors"),
    .formats: .init("Formats", "Formate"),
    .compression: .init("Compression", "Kompression"),
    .interruption: .init("Interruption", "Unterbrechung"),
    .interrupted: .init(
      "{0} to {1}, at sector {2}; resumed after {3} chunks were read again and matched",
      "{0} bis {1}, bei Sektor {2}; fortgesetzt, nachdem {3} Blöcke erneut gelesen wurden und übereinstimmten"
    ),
    .alsoIn: .init("Segments also in", "Segmente auch in"),
    // digests, images, signature
    .digests: .init(
      "Hash values",
      "Hashwerte"),
    .digestsTogether: .init(
      "Hash values of the data of this acquisition and of acquisition {0} together",
      "Hashwerte der Daten dieser Sicherung und der Sicherung {0} zusammen"),
    .digestsCaption: .init(
      "Hash values of the data that was read",
      "Hashwerte der gelesenen Daten"),
    .digestsLater: .init(
      "Hash values of the whole ({0}): not computed while reading, and not added since. SHA-256 and MD5 of every chunk were computed while reading; the signed Merkle root binds them all. The first full verification in the case computes the hash values of the whole and signs them.",
      "Hashwerte des Ganzen ({0}): beim Lesen nicht berechnet und seither nicht ergänzt. SHA-256 und MD5 jedes Blocks wurden beim Lesen berechnet; die signierte Merkle-Wurzel bindet sie alle. Die erste vollständige Verifikation im Fall berechnet die Hashwerte des Ganzen und signiert sie."
    ),
    .digestsAdded: .init(
      "Hash values of the whole: not computed while reading; computed on {0} by verification, by {1}; signed by {2}",
      "Hashwerte des Ganzen: beim Lesen nicht berechnet; am {0} bei einer Verifikation berechnet, von {1}; signiert von {2}"
    ),
    .digestsInvalid: .init(
      "Hash values of the whole were added later, and are NOT VALID: their signature does not hold, or they belong to another manifest.",
      "Nachträglich ergänzte Hashwerte des Ganzen sind UNGÜLTIG: ihre Signatur ist falsch, oder sie gehören zu einem anderen Manifest."
    ),
    .wholeOf: .init("{0} of the whole image", "{0} des ganzen Abbilds"),
    .wholeNotYet: .init(
      "not computed while reading, and not added since",
      "beim Lesen nicht berechnet und seither nicht ergänzt"),
    .fileNotYet: .init("not computed while reading", "beim Lesen nicht berechnet"),
    .wholeSignature: .init(
      "Signature of the hash values added later", "Signatur der nachträglich ergänzten Hashwerte"),
    .wholeDigest: .init("SHA-256 of the file {0}", "SHA-256 der Datei {0}"),
    .checkWholeSignature: .init(
      "Check the signature of the hash values added later",
      "Signatur der nachträglich ergänzten Hashwerte prüfen"),
    .algorithm: .init(
      "Algorithm",
      "Algorithmus"),
    .digestCommand: .init(
      "Recompute the {0}",
      "{0} neu berechnen"),
    .wholeRange: .init(
      "of the part that was read",
      "des gelesenen Teils"),
    .wholeMedium: .init(
      "of the whole medium",
      "des ganzen Datenträgers"),
    .chunkDigests: .init(
      "Hash values of the chunks",
      "Hashwerte der Blöcke"),
    .chunks: .init("Chunks", "Blöcke"),
    .chunksOf: .init("{0} of {1}", "{0} zu {1}"),
    .chunkFile: .init("Chunk file", "Blockliste"),
    .merkleRoot: .init("Merkle root (RFC 9162, SHA-256)", "Merkle-Wurzel (RFC 9162, SHA-256)"),
    .images: .init("Images and segments", "Abbilder und Segmente"),
    .imageOf: .init("{0}: {1} bytes of the medium", "{0}: {1} Byte des Datenträgers"),
    .fileDigest: .init("SHA-256 of the file", "SHA-256 der Datei"),
    .copies: .init("Copies of the images", "Kopien der Abbilder"),
    .copiesCaption: .init(
      "Every folder the images were written to, and its last check",
      "Jeder Ordner, in den die Abbilder geschrieben wurden, und seine letzte Prüfung"),
    .folder: .init("Folder", "Ordner"),
    .lastCheck: .init("Last check", "Letzte Prüfung"),
    .neverChecked: .init("not checked", "nicht geprüft"),
    .notCheckedOn: .init("not checked on {0}", "nicht geprüft am {0}"),
    .copyIncomplete: .init("not completed: {0}", "nicht fertiggestellt: {0}"),
    .signature: .init(
      "Signature",
      "Signatur"),
    .manifestSignature: .init(
      "Signature of the manifest",
      "Signatur des Manifests"),
    .manifestDigest: .init("SHA-256 of the manifest", "SHA-256 des Manifests"),
    .signer: .init("Signer", "Unterzeichner"),
    .fingerprint: .init("Certificate, SHA-256", "Zertifikat, SHA-256"),
    .valid: .init("Valid", "Gültig"),
    .validFromTo: .init("{0} to {1}", "{0} bis {1}"),
    .signed: .init(
      "Signed",
      "Signiert"),
    .noTime: .init(
      "no time stated",
      "keine Zeit angegeben"),
    .timeStamp: .init("Time stamp", "Zeitstempel"),
    .noTimeStamp: .init(
      "none: the time is not independently attested",
      "keiner: die Zeit ist nicht unabhängig bestätigt"),
    .signatureBelongs: .init("belongs to this manifest", "gehört zu diesem Manifest"),
    .signatureInvalid: .init("INVALID: {0}", "UNGÜLTIG: {0}"),
    .checkSignature: .init(
      "Check the signature of the manifest",
      "Signatur des Manifests prüfen"),
  ]
}
