extension Phrase {
  /// English and German side by side, so that one is never changed without a look at the other.
  static let ofCertificate: [Phrase: Translation] = [
    // numbers and times
    .groupMark: .init(",", "."),
    .decimalMark: .init(".", ","),
    .percent: .init("{0}%", "{0} %"),
    .months: .init(
      "January February March April May June July August September October November December",
      "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
    .date: .init("{0} {1} {2}", "{0}. {1} {2}"),
    .moment: .init("{0}, {1} {2}", "{0}, {1} {2}"),
    .withLocalTime: .init("{0} ({1})", "{0} ({1})"),
    .runningHead: .init("Case {0} · Item {1} · Report {2}", "Fall {0} · Asservat {1} · Bericht {2}"),
    // the headline
    .headlineNone: .init("Not imaged.", "Nicht gesichert."),
    .headlineNoManifest: .init(
      "Imaging did not finish: there is no manifest. Not to be relied on.",
      "Sicherung nicht abgeschlossen: es gibt kein Manifest. Nicht verlässlich."),
    .headlineIncomplete: .init(
      "Imaging did not finish ({0}). Not to be relied on.",
      "Sicherung nicht abgeschlossen ({0}). Nicht verlässlich."),
    .headlinePart: .init(
      "Imaging did not finish: {0} of {1} sectors are missing ({2}).",
      "Sicherung nicht abgeschlossen: {0} von {1} Sektoren fehlen ({2})."),
    .headlineImageFile: .init(
      "The source was an image file: the file itself was imaged, not the medium it came from.",
      "Die Quelle war eine Abbilddatei: gesichert wurde die Datei selbst, nicht der Datenträger, von dem sie stammt."
    ),
    .headlineRange: .init(
      "Only part of the medium was imaged: {0} of {1} sectors.",
      "Nur ein Teil des Datenträgers wurde gesichert: {0} von {1} Sektoren."),
    .headlineRangeComplete: .init(
      "All sectors of this part were read.", "Alle Sektoren dieses Teils wurden gelesen."),
    .headlineErrors: .init(
      "Imaged with read errors: {0} of {1} sectors unreadable.",
      "Mit Lesefehlern gesichert: {0} von {1} Sektoren unlesbar."),
    .headlineComplete: .init(
      "Imaged in full: all {0} sectors read.", "Vollständig gesichert: alle {0} Sektoren gelesen."),
    .headlineSignature: .init(
      "THE SIGNATURE OF THE MANIFEST IS NOT VALID.", "DIE SIGNATUR DES MANIFESTS IST UNGÜLTIG."),
    .headlineSegmented: .init(
      "Hash values of the whole image: not computed while reading and not added since. SHA-256 and MD5 of each of the {0} chunks were computed while reading.",
      "Hashwerte des ganzen Abbilds: beim Lesen nicht berechnet und seither nicht ergänzt. SHA-256 und MD5 jedes der {0} Blöcke wurden beim Lesen berechnet."
    ),
    .headlineWholeAdded: .init(
      "SHA-256 of the whole image: not computed while reading; computed on {0} by verification, signed by {1}.",
      "SHA-256 des ganzen Abbilds: beim Lesen nicht berechnet; am {0} bei einer Verifikation berechnet, signiert von {1}."
    ),
    .headlineWholeInvalid: .init(
      "THE HASH VALUES OF THE WHOLE IMAGE THAT WERE ADDED LATER ARE NOT VALID.",
      "DIE NACHTRÄGLICH ERGÄNZTEN HASHWERTE DES GANZEN ABBILDS SIND UNGÜLTIG."),
    .headlineUnverified: .init(
      "Image not verified since it was made.", "Abbild seit der Sicherung nicht verifiziert."),
    .headlineVerified: .init(
      "Image verified {0} against the signed manifest.",
      "Abbild am {0} gegen das signierte Manifest verifiziert."),
    .headlineVerifiedUnsigned: .init(
      "Image verified {0} against this manifest.", "Abbild am {0} gegen dieses Manifest verifiziert."),
    .headlineVerifiedChunks: .init(
      "Image verified {0} in part: by chunk hash values only.",
      "Abbild am {0} teilweise verifiziert: nur anhand der Block-Hashwerte."),
    .headlineNoReference: .init(
      "Image NOT verified: on {0} there was no reference hash value.",
      "Abbild NICHT verifiziert: am {0} lag kein Referenz-Hashwert vor."),
    .headlineVerificationIncomplete: .init(
      "Verification of {0} INCOMPLETE: not everything could be checked.",
      "Verifikation vom {0} UNVOLLSTÄNDIG: nicht alles konnte geprüft werden."),
    .headlineMismatch: .init(
      "VERIFICATION FAILED {0}: the evidence does not match the record.",
      "VERIFIKATION FEHLGESCHLAGEN am {0}: die Beweismittel stimmen nicht mit der Aufzeichnung überein."),
    .headlineDamaged: .init(
      "VERIFICATION FAILED {0}: stored data is damaged.",
      "VERIFIKATION FEHLGESCHLAGEN am {0}: gespeicherte Daten sind beschädigt."),
    .headlineChainBroken: .init(
      "VERIFICATION FAILED {0}: the chain of custody or the audit log is broken.",
      "VERIFIKATION FEHLGESCHLAGEN am {0}: Beweismittelkette oder Protokoll ist unterbrochen."),
    .headlineVerifiedPart: .init(
      "Image verified {0} in part: only as far as was asked.",
      "Abbild am {0} teilweise verifiziert: nur soweit verlangt."),
    .headlineNotAllChecked: .init(
      "Verified {0} in part: a copy was not at hand.",
      "Am {0} teilweise verifiziert: eine Kopie lag nicht vor."),
    .copyBad: .init(
      "THE COPY IN {0} DOES NOT MATCH THE RECORD.",
      "DIE KOPIE IN {0} STIMMT NICHT MIT DER AUFZEICHNUNG ÜBEREIN."),
    .copyOpen: .init("Copy in {0} not checked.", "Kopie in {0} nicht geprüft."),
    .copyUnfinished: .init("Copy in {0} not completed.", "Kopie in {0} nicht fertiggestellt."),
    .headlineChanged: .init(
      "A CHANGE TO THE ORIGINAL WAS DETECTED.", "AM ORIGINAL WURDE EINE VERÄNDERUNG FESTGESTELLT."),
    .headlineUnprotected: .init(
      "Write protection was not fully in effect.", "Der Schreibschutz war nicht vollständig wirksam."),
    .headlineOverride: .init(
      "Imaged under an examiner override.",
      "Gesichert mit einer dokumentierten Ausnahme der untersuchenden Person."),
    .headlineJournal: .init(
      "Resumed from an unsigned journal: earlier data may have been changed unnoticed.",
      "Fortgesetzt anhand eines unsignierten Journals: frühere Daten könnten unbemerkt verändert worden sein."
    ),
    .headlineAgain: .init(
      "Only the {0} sectors missing from acquisition {2} were requested again, and {1} of them were read; all others are from that acquisition.",
      "Nur die {0} in der Sicherung {2} fehlenden Sektoren wurden erneut angefordert, {1} davon gelesen; alle übrigen stammen aus dieser Sicherung."
    ),
    .headlineCompleteTogether: .init(
      "Complete together with acquisition {1}: all {0} sectors present.",
      "Zusammen mit der Sicherung {1} vollständig: alle {0} Sektoren vorhanden."),
    .headlineEarlierFailed: .init(
      "Acquisition {0} is marked as failed.", "Die Sicherung {0} ist als fehlgeschlagen gekennzeichnet."),
    .headlineNoCustody: .init(
      "No chain of custody was recorded.", "Es wurde keine Beweismittelkette erfasst."),
    .headlineFailedEarlier: .init(
      "An earlier verification ({0}) failed; see the section Verification.",
      "Eine frühere Verifikation ({0}) ist fehlgeschlagen; siehe Abschnitt Verifikation."),
    .headlineMarkedFailed: .init(
      "Marked as failed on {0} (reason: {1}).", "Am {0} als fehlgeschlagen gekennzeichnet (Grund: {1})."),
    .headlineSuperseded: .init(
      "Superseded by acquisition {0} (reason: {1}).", "Ersetzt durch Sicherung {0} (Grund: {1})."),
    .equipment: .init("Equipment", "Geräte"),
    .equipmentWriteBlocker: .init("write blocker", "Schreibschutzadapter"),
    .equipmentWorkstation: .init("workstation", "Arbeitsplatzrechner"),
    .equipmentDrive: .init("drive", "Laufwerk"),
    .equipmentOther: .init("device", "Gerät"),
    .equipmentSerial: .init("serial number {0}", "Seriennummer {0}"),
    .equipmentFirmware: .init("firmware {0}", "Firmware {0}"),
    .equipmentTested: .init("last tested {0}", "zuletzt geprüft {0}"),
    .equipmentRecord: .init("validation record {0}", "Validierungsnachweis {0}"),
    .acquisitionNotes: .init("Notes", "Anmerkungen"),
    .markedHeading: .init("Status marks", "Statuskennzeichnungen"),
    .markFailed: .init("failed", "fehlgeschlagen"),
    .markSuperseded: .init("superseded by {0}", "ersetzt durch {0}"),
    .markWithdrawn: .init("earlier mark withdrawn", "frühere Kennzeichnung zurückgenommen"),
    .markBy: .init(
      "{0} (stated by {1}, audit event {2}). Reason: {3}",
      "{0} (angegeben von {1}, Protokollereignis {2}). Grund: {3}"),
    .headlineGaps: .init("The chain of custody has gaps.", "Die Beweismittelkette hat Lücken."),
    // the first page
    .certificate: .init("Certificate", "Sicherungsbescheinigung"),
    .certificateParties: .init("Client and laboratory", "Auftraggeber und Labor"),
    .certificateItem: .init("Item tested", "Untersuchtes Asservat"),
    .certificateMethod: .init("Imaging", "Sicherung"),
    .certificateResult: .init("Result", "Ergebnis"),
    .client: .init("Client or authority", "Auftraggeber"),
    .clientReference: .init("Client’s reference", "Zeichen des Auftraggebers"),
    .address: .init("Address", "Anschrift"),
    .methodReference: .init("Method", "Verfahrensanweisung"),
    .notRecorded: .init("not recorded", "nicht erfasst"),
    .receipt: .init("Receipt", "Eingang"),
    .received: .init("Received by {0} from {1} on {2}", "Entgegengenommen durch {0} von {1} am {2}"),
    .notReceived: .init("Receipt not recorded", "Eingang nicht erfasst"),
    .medium: .init("Medium", "Datenträger"),
    .serialOfDevice: .init("Serial number (device)", "Seriennummer (Gerät)"),
    .size: .init("Size", "Größe"),
    .sizeWords: .init("{0}, {1} sectors", "{0}, {1} Sektoren"),
    .imagedBy: .init("Imaged by", "Gesichert durch"),
    .programWords: .init("{0} on workstation {1}", "{0} auf Arbeitsplatz {1}"),
    .protectionOfFile: .init(
      "The source was a file; a file has no write blocker.",
      "Die Quelle war eine Datei; für Dateien gibt es keinen Schreibschutzadapter."),
    .protectionActive: .init(
      "{0} of {1} measures in effect.", "{0} von {1} Maßnahmen wirksam."),
    .protectionInactive: .init("NOT in effect: {0}.", "NICHT wirksam: {0}."),
    .protectionUnknown: .init("Not determined: {0}.", "Nicht feststellbar: {0}."),
    .sectorsNotRead: .init("Sectors not read", "Nicht gelesene Sektoren"),
    .noneOf: .init("none of {0}", "keiner von {0}"),
    .someOf: .init(
      "{0} of {1}: sectors {2}. The image holds {3} in their place.",
      "{0} von {1}: Sektoren {2}. An ihrer Stelle enthält das Abbild {3}."),
    .verifiedByChunks: .init("verified by chunk hash values", "anhand der Block-Hashwerte verifiziert"),
    .lastVerification: .init("{0}: {1}", "{0}: {1}"),
    .custodyWithGaps: .init(
      "Gaps: {0}. They are listed in the technical annex.",
      "Lücken: {0}. Sie sind im technischen Anhang aufgeführt."),
    .custodyWithoutGaps: .init(
      "{0} events recorded, no gap found", "{0} Ereignisse erfasst, keine Lücke gefunden"),
    .overridesTitle: .init("Examiner override", "Ausnahme der untersuchenden Person"),
    .certificateScope: .init(
      "This certificate relates only to the items tested. The technical annex that follows is part of it.",
      "Diese Bescheinigung bezieht sich nur auf die untersuchten Asservate. Der folgende technische Anhang ist Teil davon."
    ),
    .statementOfTruth: .init(
      "I believe that the facts stated in this certificate are true, and I have said where they are outside my own knowledge.",
      "Nach meiner Überzeugung sind die hier mitgeteilten Tatsachen wahr; wo sie nicht auf eigener Kenntnis beruhen, habe ich das angegeben."
    ),
    .reviewer: .init("Reviewer", "Gegenprüfung"),
    .signedOn: .init("Date", "Datum"),
    .signedBelow: .init("Signature", "Unterschrift"),
    // device
    .bus: .init("Connection", "Anschluss"),
    .busPath: .init("Kernel device", "Gerät im System"),
    .logicalSector: .init("Logical sector, bytes", "Logischer Sektor, Byte"),
    .physicalSector: .init("Physical sector, bytes", "Physischer Sektor, Byte"),
    .removable: .init("Removable", "Wechseldatenträger"),
    .rotational: .init("Rotating disk", "Drehende Platte"),
    .rotationRate: .init("Revolutions per minute", "Umdrehungen je Minute"),
    .readOnly: .init("Read-only when attached", "Beim Anschluss schreibgeschützt"),
    .writeProtectedByItself: .init("Device write-protected", "Gerät schreibgeschützt"),
    .optical: .init("Optical drive", "Optisches Laufwerk"),
    .areaPresent: .init("present", "vorhanden"),
    .areaAbsent: .init("absent", "nicht vorhanden"),
    .areaUnknown: .init("not determined", "nicht feststellbar"),
    .digest: .init("Hash value", "Hashwert"),
    // custody events
    .custodyCollect: .init("collected", "sichergestellt"),
    .custodySeal: .init("sealed", "versiegelt"),
    .custodyReceive: .init("received", "entgegengenommen"),
    .custodyTransfer: .init("transferred", "übergeben"),
    .custodyStore: .init("stored", "eingelagert"),
    .custodyRetrieve: .init("retrieved", "entnommen"),
    .custodyOpen: .init("opened", "geöffnet"),
    .custodyAcquire: .init("imaged", "gesichert"),
    .custodyCopy: .init("copied", "kopiert"),
    .custodyVerify: .init("verified", "verifiziert"),
    .custodyAccess: .init("accessed", "eingesehen"),
    .custodyExport: .init("exported", "ausgegeben"),
    .custodyMount: .init("mounted", "eingehängt"),
    .custodyShip: .init("shipped", "versandt"),
    .custodyReturn: .init("returned", "zurückgegeben"),
    .custodyDispose: .init("disposed of", "entsorgt"),
    .custodyCorrect: .init("corrected", "berichtigt"),
    .severityNote: .init("note", "Hinweis"),
    .severityWarning: .init("warning", "Warnung"),
    .severityFailure: .init("failure", "Fehler"),
    // changes, and what is not known
    .changes: .init("Changes to the original", "Änderungen am Original"),
    .changesNone: .init(
      "Acquisition {0}: none known. These were compared before and after and are equal: {1}.",
      "Sicherung {0}: keine bekannt. Vorher und nachher verglichen und gleich: {1}."),
    .changesUnknown: .init(
      "Acquisition {0}: not known. Nothing that would show a change could be compared.",
      "Sicherung {0}: nicht bekannt. Nichts, was eine Änderung zeigen würde, konnte verglichen werden."),
    .changesOfFile: .init(
      "Acquisition {0}: the source was a file, opened read-only. Whether it changed meanwhile was not compared.",
      "Sicherung {0}: die Quelle war eine Datei, nur lesend geöffnet. Ob sie sich währenddessen änderte, wurde nicht verglichen."
    ),
    .changeSeen: .init(
      "Acquisition {0}: {1} CHANGED. Before: {2}. After: {3}.",
      "Sicherung {0}: {1} GEÄNDERT. Vorher: {2}. Nachher: {3}."),
    .undetermined: .init("What could not be determined", "Nicht feststellbar"),
    .noUndetermined: .init(
      "Every protective measure and hidden area that was asked for was determined.",
      "Jede abgefragte Schutzmaßnahme und jeder verborgene Bereich wurde festgestellt."),
    .undeterminedLayer: .init("Acquisition {0}: {1}: {2}", "Sicherung {0}: {1}: {2}"),
    .undeterminedArea: .init(
      "Acquisition {0}: hidden area {1}: {2}", "Sicherung {0}: verborgener Bereich {1}: {2}"),
  ]
}
