extension Phrase {
  /// English and German side by side, so that one is never changed without a look at the other.
  static let ofDocument: [Phrase: Translation] = [
    // what a document is called
    .reportTitle: .init(
      "Forensic Acquisition Report",
      "Bericht über die forensische Sicherung"),
    .reportName: .init("Report", "Bericht"),
    .case: .init("Case", "Fall"),
    .item: .init("Item", "Asservat"),
    .page: .init("Page", "Seite"),
    .pageOf: .init("of", "von"),
    .colophon: .init(
      "{0}, made {1} by {2} with {3}",
      "{0}, erstellt am {1} durch {2} mit {3}"),
    .yes: .init("yes", "ja"),
    .no: .init("no", "nein"),
    .unknown: .init(
      "not determined",
      "nicht feststellbar"),
    .remarks: .init("Remarks", "Bemerkungen"),
    .detail: .init("Detail", "Einzelheit"),
    .state: .init("State", "Zustand"),
    .name: .init("Name", "Name"),
    .kind: .init("Kind", "Art"),
    .file: .init("File", "Datei"),
    .files: .init("Files", "Dateien"),
    .bytes: .init("{0} bytes", "{0} Byte"),
    .bytesTitle: .init("Bytes", "Byte"),
    .cutText: .init(
      "cut here: the whole has {0} characters and is kept in the case",
      "hier gekürzt: das Ganze hat {0} Zeichen und liegt im Fall"),
    .cutTable: .init(
      "{0} of {1} lines are shown; all of them are in {2}.",
      "{0} von {1} Zeilen sind gezeigt; alle stehen in {2}."),
    .cutRanges: .init(
      "{0} of {1} ranges are shown; all of them are in {2} beside the images and in {3}.",
      "{0} von {1} Bereichen sind gezeigt; alle stehen in {2} bei den Abbildern und in {3}."),
    // summary
    .result: .init("Result", "Ergebnis"),
    .andMore: .init(" and {0} more", " und {0} weitere"),
    .neverVerified: .init(
      "Not verified since it was made",
      "Seit der Sicherung nicht verifiziert"),
    .supersedes: .init(
      "{0} supersedes {1}.",
      "{0} ersetzt {1}."),
    // verdicts
    .acquiredComplete: .init(
      "Complete: every sector was read.",
      "Vollständig: jeder Sektor wurde gelesen."),
    .acquiredWithUnreadable: .init(
      "Completed with read errors: {0} sectors could not be read and are filled in the image.",
      "Mit Lesefehlern abgeschlossen: {0} Sektoren waren nicht lesbar und sind im Abbild gefüllt."),
    .acquiredIncomplete: .init("Incomplete: {0}.", "Unvollständig: {0}."),
    .verdictVerified: .init(
      "Verified: all recorded values match.",
      "Verifiziert: alle erfassten Werte stimmen überein."),
    .verdictNoReference: .init(
      "Not verified: no reference hash value available.",
      "Nicht verifiziert: kein Referenz-Hashwert vorhanden."),
    .verdictNotAllChecked: .init(
      "Not all checked: a copy was not at hand. What was checked matches the record.",
      "Nicht alles geprüft: eine Kopie lag nicht vor. Was geprüft wurde, stimmt mit der Aufzeichnung überein."
    ),
    .verdictIncomplete: .init(
      "Incomplete: not everything could be checked.",
      "Unvollständig: nicht alles konnte geprüft werden."),
    .verdictChainBroken: .init(
      "FAILED: the chain of custody or the audit log is broken.",
      "FEHLGESCHLAGEN: Beweismittelkette oder Protokoll ist unterbrochen."),
    .verdictMismatch: .init(
      "FAILED: the evidence does not match the record.",
      "FEHLGESCHLAGEN: die Beweismittel stimmen nicht mit der Aufzeichnung überein."),
    .verdictDamaged: .init(
      "FAILED: stored data is damaged.",
      "FEHLGESCHLAGEN: gespeicherte Daten sind beschädigt."),
    // case and item
    .caseSection: .init(
      "Technical annex: case and people",
      "Technischer Anhang: Fall und Personen"),
    .caseNumber: .init("Case number", "Aktenzeichen"),
    .caseTitle: .init("Title", "Bezeichnung"),
    .organisation: .init(
      "Laboratory",
      "Labor"),
    .caseOpened: .init("Opened", "Angelegt"),
    .people: .init("People of the case", "Personen des Falls"),
    .role: .init("Role", "Aufgabe"),
    .examiner: .init("Examiner", "Sachbearbeitung"),
    .redacted: .init(
      "Redacted from this report, each place marked: {0}.",
      "In diesem Bericht geschwärzt, jede Stelle ist gekennzeichnet: {0}."),
    .redactedTexts: .init("other texts ({0})", "andere Texte ({0})"),
    .redactedPeople: .init("names of people and accounts ({0})", "Namen von Personen und Konten ({0})"),
    .redactedPaths: .init(
      "paths, command lines and machines ({0})",
      "Pfade, Befehlszeilen und Rechner ({0})"),
    .itemSection: .init("Item", "Asservat"),
    .itemNumber: .init("Item number", "Asservatennummer"),
    .description: .init("Description", "Beschreibung"),
    .labelSerial: .init("Serial number on the label", "Seriennummer auf dem Etikett"),
    .partOf: .init("Part of item", "Teil von Asservat"),
    .category: .init("Category", "Kategorie"),
    .quantity: .init("Quantity", "Anzahl"),
    .container: .init("Container", "Behältnis"),
    .damage: .init("Damage", "Schäden"),
    .powerState: .init("Power state when found", "Betriebszustand bei Auffindung"),
    .clockOffset: .init(
      "Clock of the examined machine compared with the correct time",
      "Uhr des untersuchten Geräts gegenüber der richtigen Zeit"),
    .locationFound: .init("Found at", "Fundort"),
    .seizedFrom: .init("Seized from", "Sichergestellt bei"),
    .seizedBy: .init("Seized by", "Sichergestellt durch"),
    .seizedAt: .init("Seized at", "Sichergestellt am"),
    .until: .init("until {0}", "bis {0}"),
    .added: .init("Added to the case", "In den Fall aufgenommen"),
    .photograph: .init("Photograph {0} of the item", "Lichtbild {0} des Asservats"),
    // map and rate
    .sectorMap: .init("Sector map", "Sektorkarte"),
    .stateRead: .init("Readable", "Lesbar"),
    .stateUnreadable: .init("Unreadable, filled", "Unlesbar, gefüllt"),
    .stateNotAttempted: .init("Not attempted", "Nicht versucht"),
    .mapWords: .init(
      "{0} sectors in order of address: {1} readable, {2} unreadable and filled, {3} not attempted.",
      "{0} Sektoren in der Folge ihrer Adressen: {1} lesbar, {2} unlesbar und gefüllt, {3} nicht versucht."),
    .mapCaption: .init(
      "The medium from its first sector (top left) to its last. The number before each row is its first sector. Unread sectors are drawn wide enough to be seen; the figures below are exact.",
      "Der Datenträger vom ersten Sektor (oben links) bis zum letzten. Die Zahl vor jeder Zeile ist ihr erster Sektor. Nicht gelesene Sektoren sind breit genug gezeichnet, um sichtbar zu sein; die Zahlen darunter sind genau."
    ),
    .sectorsByState: .init("{0} sectors by state", "{0} Sektoren nach Zustand"),
    .mapOfRange: .init(
      "Only a range was read: sector 0 of this map is sector {0} of the medium.",
      "Gelesen wurde nur ein Bereich: Sektor 0 dieser Karte ist Sektor {0} des Datenträgers."),
    .share: .init("Share", "Anteil"),
    .everySectorRead: .init(
      "Every sector was read.",
      "Jeder Sektor wurde gelesen."),
    .notReadCaption: .init(
      "Sector ranges not read: {0}",
      "Nicht gelesene Sektorbereiche: {0}"),
    .firstSector: .init("First sector", "Erster Sektor"),
    .lastSectorTitle: .init("Last sector", "Letzter Sektor"),
    .effort: .init("Effort", "Aufwand"),
    .fillWords: .init(
      "The image holds {0} in place of unread sectors.",
      "An der Stelle nicht gelesener Sektoren enthält das Abbild {0}."),
    .readRate: .init("Read rate", "Lesegeschwindigkeit"),
    .noRate: .init(
      "No read rate was recorded, or too little was read for a curve.",
      "Keine Lesegeschwindigkeit erfasst, oder zu wenig für eine Kurve gelesen."),
    .rateWords: .init(
      "Slowest {0}, mean {1}, fastest {2}.",
      "Langsamste {0}, im Mittel {1}, schnellste {2}."),
    .rateCaption: .init(
      "Read rate by position on the medium",
      "Lesegeschwindigkeit nach Position auf dem Datenträger"),
  ]
}
