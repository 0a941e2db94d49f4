extension Phrase {
  /// English and German side by side, so that one is never changed without a look at the other.
  static let ofHistory: [Phrase: Translation] = [
    // custody, verification, audit
    .custody: .init("Custody", "Gewahrsam"),
    .noCustody: .init("No custody event is recorded.", "Kein Gewahrsamsereignis ist festgehalten."),
    .custodyCaption: .init(
      "Custody events in the order of recording; No. is the event of the audit log",
      "Gewahrsamsereignisse in der Folge ihrer Aufzeichnung; Nr. ist das Ereignis des Protokolls"),
    .eventNumber: .init("No.", "Nr."),
    .event: .init("Event", "Ereignis"),
    .occurredRecorded: .init("Occurred, recorded (UTC)", "Geschehen, festgehalten (UTC)"),
    .fromTo: .init("Released by, received by", "Abgegeben von, angenommen von"),
    .placeRemarks: .init("Place and remarks", "Ort und Bemerkungen"),
    .from: .init("from {0}", "von {0}"),
    .to: .init("to {0}", "an {0}"),
    .witness: .init("witness {0}", "Zeuge {0}"),
    .purpose: .init("Purpose", "Zweck"),
    .authority: .init("Authority", "Befugnis"),
    .transport: .init("Method", "Weg"),
    .sealFound: .init("Seal found", "Siegel vorgefunden"),
    .sealPut: .init("Seal put on", "Siegel angebracht"),
    .condition: .init("Condition", "Zustand"),
    .storage: .init("Storage", "Lagerung"),
    .environment: .init("Environment", "Umgebung"),
    .imagesChecked: .init("Images", "Abbilder"),
    .corrects: .init("Corrects", "Berichtigt"),
    .correctedTime: .init("Corrected time", "Berichtigte Zeit"),
    .withdraws: .init("Takes it back", "Nimmt es zurück"),
    .correctedBy: .init("Corrected by", "Berichtigt durch"),
    .withdrawn: .init("Taken back", "Zurückgenommen"),
    .localTime: .init("Local time", "Ortszeit"),
    .attached: .init("Attached", "Beigefügt"),
    .attachedPhotograph: .init("photograph", "Lichtbild"),
    .attachedDocument: .init("document", "Schriftstück"),
    .signedBy: .init("Signed by", "Unterschrieben von"),
    .custodyGaps: .init("What the record of custody leaves open", "Was der Gewahrsamsnachweis offen lässt"),
    .verification: .init("Verification", "Verifikation"),
    .verifiedSubject: .init("Verified: {0}, {1} to {2}", "Verifiziert: {0}, {1} bis {2}"),
    .nothingFound: .init("Nothing was found.", "Es wurde nichts gefunden."),
    .findings: .init("Findings", "Befunde"),
    .severity: .init("Severity", "Gewicht"),
    .finding: .init("Finding", "Befund"),
    .expectedObserved: .init("Expected, observed", "Erwartet, vorgefunden"),
    .sectorsAt: .init("sectors {0}", "Sektoren {0}"),
    .expected: .init("expected {0}", "erwartet {0}"),
    .observed: .init("observed {0}", "vorgefunden {0}"),
    .auditLog: .init("Audit log", "Protokoll"),
    .auditWords: .init(
      "Every change of the case is an event of its audit log, and each event contains the digest of the one before it. The last event therefore stands for all before it: whoever keeps this report can later show whether an event up to that one was altered, inserted or removed.",
      "Jede Änderung des Falls ist ein Ereignis seines Protokolls, und jedes Ereignis enthält die Prüfsumme des vorigen. Das letzte steht darum für alle davor: wer diesen Bericht aufbewahrt, kann später zeigen, ob ein Ereignis bis dahin geändert, eingefügt oder entfernt wurde."
    ),
    .auditHead: .init(
      "Head of the audit log when this report was made",
      "Kopf des Protokolls bei Erstellung dieses Berichts"),
    .auditEvents: .init("Events up to this report", "Ereignisse bis zu diesem Bericht"),
    .auditSigned: .init("Signed checkpoint", "Unterschriebener Stand"),
    .auditSignedWords: .init("up to event {0}, SHA-256 {1}", "bis Ereignis {0}, SHA-256 {1}"),
    .auditNotSigned: .init("none was made", "keiner wurde angelegt"),
    .auditCode: .init("The head of the audit log as a QR code", "Der Kopf des Protokolls als QR-Code"),
    .auditDigest: .init("SHA-256 of the newest event", "SHA-256 des neuesten Ereignisses"),
    // closing
    .deviations: .init("Deviations and changes to the original", "Abweichungen und Änderungen am Original"),
    .noDeviations: .init(
      "No deviation from the standard method and no change to an original is recorded.",
      "Keine Abweichung vom üblichen Verfahren und keine Änderung an einem Original ist festgehalten."),
    .deviationUnfinished: .init(
      "Acquisition {0} did not finish; nothing of it is evidence.",
      "Sicherung {0} wurde nicht fertig; nichts davon ist ein Beweismittel."),
    .deviationRange: .init(
      "Acquisition {0}: a part of the medium was read, not all of it.",
      "Sicherung {0}: gelesen wurde ein Teil des Datenträgers, nicht das Ganze."),
    .deviationReading: .init(
      "Acquisition {0}: read by other rules than the standard ones, see method and settings.",
      "Sicherung {0}: nach anderen als den üblichen Regeln gelesen, siehe Verfahren und Einstellungen."),
    .deviationPauses: .init(
      "Acquisition {0}: interrupted and resumed {1} times.",
      "Sicherung {0}: {1}-mal unterbrochen und fortgesetzt."),
    .deviationProtection: .init(
      "Acquisition {0}: write protection “{1}” was {2}.",
      "Sicherung {0}: Schreibschutz „{1}“ war {2}."),
    .deviationOverride: .init(
      "Acquisition {0}: examiner override. Found: {1}. Reason given: {2}.",
      "Sicherung {0}: Ausnahme durch die untersuchende Person. Vorgefunden: {1}. Angegebener Grund: {2}."),
    .limitations: .init("Limitations", "Grenzen"),
    .limitationMedium: .init(
      "The report speaks of what the medium returned when it was read. It cannot say what the medium held before.",
      "Der Bericht spricht von dem, was der Datenträger beim Lesen geliefert hat. Was er vorher enthielt, kann er nicht sagen."
    ),
    .limitationClock: .init(
      "Times are those of the clock of the workstation, and nobody else vouches for them but where a time token is named.",
      "Zeiten sind die der Uhr des Arbeitsplatzes; niemand sonst bürgt für sie, außer wo ein Zeitstempel genannt ist."
    ),
    .limitationHidden: .init(
      "For at least one acquisition it is not recorded whether the device has hidden areas (HPA, DCO).",
      "Für wenigstens eine Sicherung ist nicht festgehalten, ob das Gerät verborgene Bereiche hat (HPA, DCO)."
    ),
    .limitationE01: .init(
      "SHA-256 cannot be stored inside an E01; it stands in the signed manifest.",
      "SHA-256 kann in einem E01 nicht gespeichert werden; es steht im unterschriebenen Manifest."),
    .limitationCustody: .init(
      "The record of custody is not without gaps; what it leaves open stands with it.",
      "Der Gewahrsamsnachweis ist nicht lückenlos; was er offen lässt, steht bei ihm."),
    .limitationLanguage: .init(
      "What was recorded is quoted in the language in which it was recorded.",
      "Festgehaltenes ist in der Sprache zitiert, in der es festgehalten wurde."),
    .howToCheck: .init("How to check this", "Wie man dies prüft"),
    .checkWords: .init(
      "The commands below need no network and no part of Exhibit but where its name stands in them. They begin in the folder of the case.",
      "Die Befehle brauchen kein Netz und nichts von Exhibit, außer wo sein Name darin steht. Sie beginnen im Ordner des Falls."
    ),
    .checkFolder: .init("Go to the folder of acquisition {0}", "In den Ordner der Sicherung {0} gehen"),
    .checkFiles: .init("Every file is the recorded one", "Jede Datei ist die festgehaltene"),
    .checkAll: .init(
      "Everything at once, with the small verifier",
      "Alles auf einmal, mit dem kleinen Prüfprogramm"),
    .checkE01: .init("The E01, with the verifier of libewf", "Das E01, mit dem Prüfprogramm von libewf"),
    .checkReport: .init(
      "This report is the signed one (in the folder of the report; the certificate is the case’s)",
      "Dieser Bericht ist der unterschriebene (im Ordner des Berichts; das Zertifikat ist das des Falls)"),
    .reports: .init("Versions and approval", "Fassungen und Freigabe"),
    .firstReport: .init(
      "{0} is the first report of this extent.",
      "{0} ist der erste Bericht dieses Umfangs."),
    .approvalWords: .init(
      "A reviewer other than the author approves a report by its name; the approval is an event of the audit log after this report and is shown by `exhibit verify`, and in later reports.",
      "Eine andere Person als der Verfasser gibt einen Bericht unter seinem Namen frei; die Freigabe ist ein Ereignis des Protokolls nach diesem Bericht und wird von `exhibit verify` und in späteren Berichten gezeigt."
    ),
    .earlierReports: .init("Earlier reports", "Frühere Berichte"),
    .madeBy: .init("Made", "Erstellt"),
    .approvedBy: .init("Approved", "Freigegeben"),
    .notApproved: .init("not approved", "nicht freigegeben"),
    .approvalNotSigned: .init("recorded, not signed", "vermerkt, nicht unterschrieben"),
    .approvalValid: .init(
      "signed, valid: {0}, certificate SHA-256 {1}", "unterschrieben, gültig: {0}, Zertifikat SHA-256 {1}"),
    .approvalInvalid: .init("signature NOT valid: {0}", "Unterschrift NICHT gültig: {0}"),
    .photographsLeftOut: .init(
      "Photographs left out of this redacted version: {0}.",
      "In dieser geschwärzten Fassung weggelassene Fotografien: {0}."),
    .approvals: .init("Approvals of this report", "Freigaben dieses Berichts"),
    .glossary: .init("Glossary", "Begriffe"),
    .glossaryCaption: .init("Terms of this report", "Begriffe dieses Berichts"),
    .termAcquisition: .init("Acquisition", "Sicherung"),
    .meansAcquisition: .init(
      "One reading of a medium, from which the images, digests and records are made.",
      "Ein Lesen eines Datenträgers, aus dem Abbilder, Prüfsummen und Aufzeichnungen entstehen."),
    .termAudit: .init("Audit log", "Protokoll"),
    .meansAudit: .init(
      "The list of everything that was done in the case, in which each entry contains the digest of the one before.",
      "Die Liste alles im Fall Geschehenen, in der jeder Eintrag die Prüfsumme des vorigen enthält."),
    .termChunk: .init("Chunk", "Block"),
    .meansChunk: .init(
      "A part of fixed length, with digests of its own, so that damage can be located.",
      "Ein Teil fester Länge mit eigenen Prüfsummen, sodass ein Schaden zu orten ist."),
    .termDigest: .init("Digest", "Prüfsumme"),
    .meansDigest: .init(
      "A number computed from data that is practically never the same for other data.",
      "Eine aus Daten berechnete Zahl, die für andere Daten praktisch nie dieselbe ist."),
    .termE01: .init("E01", "E01"),
    .meansE01: .init(
      "A container for images that forensic programs read, of one or several files (segments).",
      "Ein Behälter für Abbilder, den forensische Programme lesen, aus einer oder mehreren Dateien (Segmenten)."
    ),
    .termFilled: .init("Filled", "Gefüllt"),
    .meansFilled: .init(
      "In the image something else stands where the medium returned nothing: the stated fill pattern.",
      "Im Abbild steht etwas anderes, wo der Datenträger nichts geliefert hat: das angegebene Füllmuster."),
    .termManifest: .init("Manifest", "Manifest"),
    .meansManifest: .init(
      "The signed file that names every file of an acquisition with its digest, and how it was made.",
      "Die unterschriebene Datei, die jede Datei einer Sicherung mit Prüfsumme nennt und wie sie entstand."),
    .termMerkle: .init("Merkle root", "Merkle-Wurzel"),
    .meansMerkle: .init(
      "One digest over the digests of all chunks, from which each of them can be proven by itself.",
      "Eine Prüfsumme über die Prüfsummen aller Blöcke, mit der jeder für sich zu beweisen ist."),
    .termSector: .init("Sector", "Sektor"),
    .meansSector: .init(
      "The smallest part of a medium that can be read by itself.",
      "Der kleinste Teil eines Datenträgers, der für sich gelesen werden kann."),
    .termSignature: .init("Signature", "Unterschrift"),
    .meansSignature: .init(
      "A number made with a private key that shows who vouches for a file and that it is unchanged.",
      "Eine mit einem geheimen Schlüssel erzeugte Zahl, die zeigt, wer für eine Datei einsteht und dass sie unverändert ist."
    ),
    .termVerification: .init("Verification", "Verifikation"),
    .meansVerification: .init(
      "Reading the images again and computing everything recorded of them anew.",
      "Erneutes Lesen der Abbilder und Neuberechnen alles von ihnen Festgehaltenen."),
  ]
}
