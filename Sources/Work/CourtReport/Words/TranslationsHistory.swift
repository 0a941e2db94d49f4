extension Phrase {
  /// English and German side by side, so that one is never changed without a look at the other.
  static let ofHistory: [Phrase: Translation] = [
    // custody, verification, audit
    .custody: .init(
      "Chain of custody",
      "Beweismittelkette"),
    .noCustody: .init(
      "No custody event is recorded.",
      "Es ist kein Ereignis der Beweismittelkette erfasst."),
    .custodyCaption: .init(
      "Custody events in order of recording; No. is the number in the audit log",
      "Ereignisse in der Reihenfolge ihrer Erfassung; Nr. ist die Nummer im Protokoll"),
    .eventNumber: .init("No.", "Nr."),
    .event: .init("Event", "Ereignis"),
    .occurredRecorded: .init(
      "Occurred, recorded",
      "Geschehen, erfasst"),
    .fromTo: .init(
      "Released by, received by",
      "Übergeben von, übernommen von"),
    .placeRemarks: .init("Place and remarks", "Ort und Bemerkungen"),
    .from: .init("from {0}", "von {0}"),
    .to: .init("to {0}", "an {0}"),
    .witness: .init("witness {0}", "Zeuge {0}"),
    .purpose: .init("Purpose", "Zweck"),
    .authority: .init("Authority", "Befugnis"),
    .transport: .init("Method", "Weg"),
    .sealFound: .init("Seal found", "Siegel vorgefunden"),
    .sealPut: .init(
      "Seal applied",
      "Siegel angebracht"),
    .condition: .init("Condition", "Zustand"),
    .storage: .init("Storage", "Lagerung"),
    .environment: .init("Environment", "Umgebung"),
    .imagesChecked: .init("Images", "Abbilder"),
    .corrects: .init("Corrects", "Berichtigt"),
    .correctedTime: .init("Corrected time", "Berichtigte Zeit"),
    .withdraws: .init(
      "Withdraws",
      "Nimmt zurück"),
    .correctedBy: .init("Corrected by", "Berichtigt durch"),
    .withdrawn: .init(
      "Withdrawn",
      "Zurückgenommen"),
    .localTime: .init("Local time", "Ortszeit"),
    .attached: .init("Attached", "Beigefügt"),
    .attachedPhotograph: .init("photograph", "Lichtbild"),
    .attachedDocument: .init("document", "Schriftstück"),
    .signedBy: .init(
      "Signed by",
      "Signiert von"),
    .custodyGaps: .init(
      "Gaps in the chain of custody",
      "Lücken in der Beweismittelkette"),
    .verification: .init("Verification", "Verifikation"),
    .verifiedSubject: .init("Verification of {0}, {1} to {2}", "Verifikation von {0}, {1} bis {2}"),
    .nothingFound: .init(
      "No finding.",
      "Kein Befund."),
    .findings: .init("Findings", "Befunde"),
    .severity: .init("Severity", "Gewicht"),
    .finding: .init("Finding", "Befund"),
    .expectedObserved: .init("Expected, observed", "Erwartet, vorgefunden"),
    .sectorsAt: .init("sectors {0}", "Sektoren {0}"),
    .expected: .init("expected {0}", "erwartet {0}"),
    .observed: .init("observed {0}", "vorgefunden {0}"),
    .auditLog: .init(
      "Audit log",
      "Protokoll"),
    .auditWords: .init(
      "Every change to the case is an event in its audit log, and each event contains the hash value of the one before. The last event therefore stands for all of them: whoever keeps this report can later show whether an event up to that one was altered, inserted or removed.",
      "Jede Änderung am Fall ist ein Ereignis im Protokoll, und jedes Ereignis enthält den Hashwert des vorigen. Das letzte steht daher für alle: wer diesen Bericht aufbewahrt, kann später zeigen, ob ein Ereignis bis dahin geändert, eingefügt oder entfernt wurde."
    ),
    .auditHead: .init(
      "Audit log when this report was made",
      "Protokoll bei Erstellung dieses Berichts"),
    .auditEvents: .init(
      "Number of events",
      "Anzahl der Ereignisse"),
    .auditSigned: .init(
      "Signed checkpoint",
      "Signierter Stand"),
    .auditSignedWords: .init("up to event {0}, SHA-256 {1}", "bis Ereignis {0}, SHA-256 {1}"),
    .auditNotSigned: .init(
      "none",
      "keiner"),
    .auditCode: .init(
      "The last event of the audit log as a QR code",
      "Das letzte Ereignis des Protokolls als QR-Code"),
    .auditDigest: .init(
      "SHA-256 of the last event",
      "SHA-256 des letzten Ereignisses"),
    // closing
    .deviations: .init(
      "Deviations from the method",
      "Abweichungen vom Verfahren"),
    .noDeviations: .init(
      "No deviation from the standard method is recorded.",
      "Es ist keine Abweichung vom üblichen Verfahren erfasst."),
    .deviationUnfinished: .init(
      "Acquisition {0} did not finish and is not to be relied on.",
      "Sicherung {0} wurde nicht abgeschlossen und ist nicht verlässlich."),
    .deviationRange: .init(
      "Acquisition {0}: only part of the medium was read.",
      "Sicherung {0}: nur ein Teil des Datenträgers wurde gelesen."),
    .deviationReading: .init(
      "Acquisition {0}: read with non-default settings, see Method and settings.",
      "Sicherung {0}: mit abweichenden Einstellungen gelesen, siehe Verfahren und Einstellungen."),
    .deviationPauses: .init(
      "Acquisition {0}: interrupted and resumed; interruptions: {1}.",
      "Sicherung {0}: unterbrochen und fortgesetzt; Unterbrechungen: {1}."),
    .deviationJournal: .init(
      "Acquisition {0}: resumed from an unsigned journal; data written before the interruption may have been changed unnoticed.",
      "Sicherung {0}: fortgesetzt anhand eines unsignierten Journals; vor der Unterbrechung geschriebene Daten könnten unbemerkt verändert worden sein."
    ),
    .deviationAgain: .init(
      "Acquisition {0}: only sectors missing from acquisition {1} were requested from the medium; all others were taken from its image.",
      "Sicherung {0}: nur die in der Sicherung {1} fehlenden Sektoren wurden vom Datenträger angefordert; alle übrigen wurden deren Abbild entnommen."
    ),
    .again: .init("Read again", "Erneut gelesen"),
    .againWords: .init(
      "{0} sectors that acquisition {1} could not read; {2} of them were recovered. {3} sectors were taken from its image and checked against its signed hash values. Chunks read from the medium too and found equal: {4}. SHA-256 of the manifest of {1}: {5}",
      "{0} Sektoren, die in der Sicherung {1} nicht lesbar waren; {2} davon wurden gelesen. {3} Sektoren wurden deren Abbild entnommen und mit deren signierten Hashwerten verglichen. Blöcke, die auch vom Datenträger gelesen und gleich befunden wurden: {4}. SHA-256 des Manifests der Sicherung {1}: {5}"
    ),
    .deviationProtection: .init(
      "Acquisition {0}: write-protection measure not in effect: {1}.",
      "Sicherung {0}: Schreibschutzmaßnahme nicht wirksam: {1}."),
    .deviationOverride: .init(
      "Acquisition {0}: examiner override. Found: {1}. Reason given: {2}.",
      "Sicherung {0}: Ausnahme der untersuchenden Person. Vorgefunden: {1}. Angegebener Grund: {2}."),
    .limitations: .init("Limitations", "Grenzen"),
    .limitationMedium: .init(
      "This report describes what the medium returned when it was read. It cannot say what the medium held before.",
      "Dieser Bericht beschreibt, was der Datenträger beim Lesen geliefert hat. Was er vorher enthielt, kann er nicht sagen."
    ),
    .limitationClock: .init(
      "Times are those of the workstation’s clock. They are not independently attested unless a time stamp is named.",
      "Zeiten sind die der Uhr des Arbeitsplatzes. Sie sind nicht unabhängig bestätigt, außer wo ein Zeitstempel genannt ist."
    ),
    .limitationHidden: .init(
      "For at least one acquisition, hidden areas (HPA, DCO) were not checked.",
      "Für mindestens eine Sicherung wurden verborgene Bereiche (HPA, DCO) nicht geprüft."),
    .limitationE01: .init(
      "An E01 cannot store a SHA-256; it is in the signed manifest.",
      "Ein E01 kann keinen SHA-256 speichern; er steht im signierten Manifest."),
    .limitationCustody: .init(
      "The chain of custody has gaps; they are listed with it.",
      "Die Beweismittelkette hat Lücken; sie sind dort aufgeführt."),
    .limitationLanguage: .init(
      "Recorded text is quoted in the language in which it was recorded.",
      "Erfasster Text ist in der Sprache wiedergegeben, in der er erfasst wurde."),
    .howToCheck: .init(
      "How to check this report",
      "So wird dieser Bericht geprüft"),
    .checkWords: .init(
      "These commands need no network, and only exhibit-verify is part of Exhibit. Start in the case folder.",
      "Diese Befehle brauchen kein Netz, und nur exhibit-verify gehört zu Exhibit. Ausgangspunkt ist der Ordner des Falls."
    ),
    .checkFolder: .init(
      "Go to the folder of acquisition {0}",
      "In den Ordner der Sicherung {0} wechseln"),
    .checkFiles: .init(
      "Check file hashes",
      "Hashwerte der Dateien prüfen"),
    .checkAll: .init(
      "Check everything at once, with the verifier",
      "Alles auf einmal prüfen, mit dem Prüfprogramm"),
    .checkE01: .init(
      "Check the E01 with the verifier of libewf",
      "Das E01 mit dem Prüfprogramm von libewf prüfen"),
    .checkReport: .init(
      "Check the signature of this report (in the report’s folder; the certificate is that of the case)",
      "Signatur dieses Berichts prüfen (im Ordner des Berichts; das Zertifikat ist das des Falls)"),
    .checkPDF: .init(
      "Check that the signatures inside the PDF are intact (this does not check whose certificates they are)",
      "Prüfen, ob die Signaturen im PDF unversehrt sind (wessen Zertifikate es sind, wird dabei nicht geprüft)"
    ),
    .reports: .init(
      "Versions and approval",
      "Fassungen und Freigabe"),
    .firstReport: .init(
      "{0} is the first report on these items.",
      "{0} ist der erste Bericht zu diesen Asservaten."),
    .approvalWords: .init(
      "A reviewer who is not the author approves a report by its name. The approval is recorded in the audit log after this report; verification and later reports show it.",
      "Eine andere Person als der Verfasser gibt einen Bericht unter seinem Namen frei. Die Freigabe wird nach diesem Bericht im Protokoll erfasst; Verifikation und spätere Berichte zeigen sie."
    ),
    .earlierReports: .init("Earlier reports", "Frühere Berichte"),
    .madeBy: .init("Made", "Erstellt"),
    .approvedBy: .init("Approved", "Freigegeben"),
    .notApproved: .init("not approved", "nicht freigegeben"),
    .signatureOfAuthor: .init("Author of this report", "Verfasser dieses Berichts"),
    .signatureOfReviewer: .init("Review and approval", "Prüfung und Freigabe"),
    .approvalNotSigned: .init("recorded, not signed", "vermerkt, nicht signiert"),
    .approvalValid: .init(
      "signed, valid: {0}, certificate SHA-256 {1}", "signiert, gültig: {0}, Zertifikat SHA-256 {1}"),
    .approvalInvalid: .init("signature NOT valid: {0}", "Signatur NICHT gültig: {0}"),
    .photographsLeftOut: .init(
      "Photographs left out of this redacted version: {0}.",
      "In dieser geschwärzten Fassung weggelassene Fotografien: {0}."),
    .approvals: .init("Approvals of this report", "Freigaben dieses Berichts"),
    .glossary: .init(
      "Glossary",
      "Glossar"),
    .glossaryCaption: .init(
      "Terms used in this report",
      "Begriffe in diesem Bericht"),
    .termAcquisition: .init("Acquisition", "Sicherung"),
    .meansAcquisition: .init(
      "Reading a medium once and making images, hash values and records from it.",
      "Das einmalige Lesen eines Datenträgers, aus dem Abbilder, Hashwerte und Aufzeichnungen entstehen."),
    .termAudit: .init("Audit log", "Protokoll"),
    .meansAudit: .init(
      "The list of everything done in the case; each entry contains the hash value of the one before.",
      "Die Liste aller Vorgänge im Fall; jeder Eintrag enthält den Hashwert des vorigen."),
    .termChunk: .init("Chunk", "Block"),
    .meansChunk: .init(
      "A part of fixed length with hash values of its own, so that damage can be located.",
      "Ein Teil fester Länge mit eigenen Hashwerten, sodass ein Schaden eingegrenzt werden kann."),
    .termDigest: .init(
      "Hash value",
      "Hashwert"),
    .meansDigest: .init(
      "A number computed from data. Other data practically never gives the same number.",
      "Eine aus Daten berechnete Zahl. Andere Daten ergeben praktisch nie dieselbe Zahl."),
    .termE01: .init("E01", "E01"),
    .meansE01: .init(
      "An image format that forensic programs read, in one or more files (segments).",
      "Ein Abbildformat, das forensische Programme lesen, in einer oder mehreren Dateien (Segmenten)."),
    .termFilled: .init("Filled", "Gefüllt"),
    .meansFilled: .init(
      "Where the medium returned nothing, the image holds the stated fill pattern.",
      "Wo der Datenträger nichts geliefert hat, enthält das Abbild das angegebene Füllmuster."),
    .termManifest: .init("Manifest", "Manifest"),
    .meansManifest: .init(
      "The signed file that names every file of an acquisition with its hash value, and how it was made.",
      "Die signierte Datei, die jede Datei einer Sicherung mit ihrem Hashwert nennt und wie sie entstand."),
    .termMerkle: .init("Merkle root", "Merkle-Wurzel"),
    .meansMerkle: .init(
      "One hash value over the hash values of all chunks. With it, each chunk can be proven on its own.",
      "Ein Hashwert über die Hashwerte aller Blöcke. Mit ihm lässt sich jeder Block für sich beweisen."),
    .termSector: .init("Sector", "Sektor"),
    .meansSector: .init(
      "The smallest part of a medium that can be read on its own.",
      "Der kleinste Teil eines Datenträgers, der einzeln gelesen werden kann."),
    .termSignature: .init(
      "Signature",
      "Signatur"),
    .meansSignature: .init(
      "A number made with a private key. It shows who is responsible for a file and that the file is unchanged.",
      "Eine mit einem privaten Schlüssel erzeugte Zahl. Sie zeigt, wer für eine Datei verantwortlich ist und dass sie unverändert ist."
    ),
    .termVerification: .init("Verification", "Verifikation"),
    .meansVerification: .init(
      "Reading the images again, recomputing every recorded value and comparing.",
      "Erneutes Lesen der Abbilder, Neuberechnen aller erfassten Werte und Vergleichen."),
  ]
}
