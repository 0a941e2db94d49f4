extension Phrase {
  /// English and German side by side, so that one is never changed without a look at the other.
  static let ofDocument: [Phrase: Translation] = [
    // what a document is called
    .reportTitle: .init("Report of Acquisition", "Bericht über die Sicherung"),
    .reportName: .init("Report", "Bericht"),
    .case: .init("Case", "Fall"),
    .item: .init("Item", "Asservat"),
    .page: .init("Page", "Seite"),
    .pageOf: .init("of", "von"),
    .colophon: .init("{0}, made {1} by {2} with {3}", "{0}, erstellt {1} von {2} mit {3}"),
    .unnamed: .init("somebody not named", "jemand nicht Genanntes"),
    .yes: .init("yes", "ja"),
    .no: .init("no", "nein"),
    .unknown: .init("unknown", "unbekannt"),
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
    .summary: .init("Summary", "Zusammenfassung"),
    .result: .init("Result", "Ergebnis"),
    .received: .init(
      "Item {0} ({1}) was received on {2}, from {3} by {4}.",
      "Asservat {0} ({1}) wurde am {2} entgegengenommen, von {3} durch {4}."),
    .notReceived: .init(
      "Item {0} ({1}): how it came here is not recorded.",
      "Asservat {0} ({1}): wie es hierher kam, ist nicht festgehalten."),
    .acquired: .init("Acquired", "Gesichert"),
    .notAcquired: .init("Not acquired", "Nicht gesichert"),
    .notAcquiredWords: .init("The item has not been acquired.", "Das Asservat ist nicht gesichert worden."),
    .verified: .init("verified", "verifiziert"),
    .verifiedByChunks: .init("verified by chunk digests", "anhand der Blockprüfsummen verifiziert"),
    .notYetVerified: .init("not yet verified", "noch nicht verifiziert"),
    .oneUnfinished: .init("an acquisition did not finish", "eine Sicherung wurde nicht fertig"),
    .summaryDone: .init(
      "Acquisition {0}, {1} to {2}: from {3} to {4}.", "Sicherung {0}, {1} bis {2}: von {3} nach {4}."),
    .summaryImageFile: .init(
      "The source was an image file: the file was acquired byte for byte, not the medium it is an image of.",
      "Die Quelle war eine Abbilddatei: gesichert wurde die Datei Byte für Byte, nicht der Datenträger, den sie abbildet."
    ),
    .summaryIdentical: .init(
      "The copy is identical to what the medium returned: all of its {0} sectors were read.",
      "Die Kopie ist identisch mit dem, was der Datenträger geliefert hat: alle {0} Sektoren wurden gelesen."),
    .summaryUnreadable: .init(
      "{0} of {1} sectors, in {2} ranges, could not be read: {3}. In their place the copy holds {4}; every other sector is as the medium returned it.",
      "{0} von {1} Sektoren, in {2} Bereichen, waren nicht lesbar: {3}. An ihrer Stelle enthält die Kopie {4}; jeder andere Sektor ist so, wie der Datenträger ihn geliefert hat."
    ),
    .summaryUnfinished: .init(
      "Acquisition {0} did not finish: {1}.",
      "Sicherung {0} wurde nicht fertig: {1}."),
    .andMore: .init(" and {0} more", " und {0} weitere"),
    .newestVerification: .init(
      "The newest verification ({0}) ended {1}: {2}",
      "Die neueste Verifikation ({0}) endete {1}: {2}"),
    .neverVerified: .init(
      "The images have not been verified since they were made.",
      "Die Abbilder sind seit ihrer Herstellung nicht verifiziert worden."),
    .newestNotVerified: .init(
      "The newest acquisition has not been verified since it was made.",
      "Die neueste Sicherung ist seit ihrer Herstellung nicht verifiziert worden."),
    .supersedes: .init("{0} takes the place of {1}.", "{0} tritt an die Stelle von {1}."),
    // verdicts
    .acquiredComplete: .init("Complete: every sector was read.", "Vollständig: jeder Sektor wurde gelesen."),
    .acquiredWithUnreadable: .init(
      "Complete with unreadable sectors: {0} could not be read and are filled in the image.",
      "Vollständig mit unlesbaren Sektoren: {0} waren nicht lesbar und sind im Abbild gefüllt."),
    .acquiredIncomplete: .init("Incomplete: {0}.", "Unvollständig: {0}."),
    .verdictVerified: .init(
      "Verified: everything recorded was recomputed and is equal.",
      "Verifiziert: alles Festgehaltene wurde neu berechnet und ist gleich."),
    .verdictNoReference: .init(
      "No reference: there was nothing to compare with.",
      "Ohne Bezug: es gab nichts zu vergleichen."),
    .verdictIncomplete: .init(
      "Incomplete: not everything could be looked at.",
      "Unvollständig: nicht alles konnte geprüft werden."),
    .verdictChainBroken: .init(
      "Chain broken: the custody record or the audit chain is not intact.",
      "Kette gebrochen: der Gewahrsamsnachweis oder das Protokoll ist nicht unversehrt."),
    .verdictMismatch: .init(
      "Mismatch: something is not what was recorded.",
      "Abweichung: etwas ist nicht, was festgehalten wurde."),
    .verdictDamaged: .init(
      "Damaged: stored data is damaged.",
      "Beschädigt: gespeicherte Daten sind beschädigt."),
    // case and item
    .caseSection: .init("Case and people", "Fall und Personen"),
    .caseNumber: .init("Case number", "Aktenzeichen"),
    .caseTitle: .init("Title", "Bezeichnung"),
    .organisation: .init("Organisation", "Stelle"),
    .caseOpened: .init("Opened", "Angelegt"),
    .people: .init("People of the case", "Personen des Falls"),
    .role: .init("Role", "Aufgabe"),
    .examiner: .init("Examiner", "Sachbearbeitung"),
    .redacted: .init(
      "Removed from this report, with a mark in each place: {0}.",
      "Aus diesem Bericht entfernt, mit einem Vermerk an jeder Stelle: {0}."),
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
      "Clock of the examined machine, ahead of the right time",
      "Vorlauf der Uhr des untersuchten Geräts"),
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
      "The medium from its first sector (top left) to its last; the number before a row is its first sector. What was not read is drawn wide enough to be seen; the numbers below are exact.",
      "Der Datenträger vom ersten Sektor (oben links) bis zum letzten; die Zahl vor einer Zeile ist ihr erster Sektor. Nicht Gelesenes ist breit genug gezeichnet, um gesehen zu werden; die Zahlen darunter sind genau."
    ),
    .sectorsByState: .init("{0} sectors by state", "{0} Sektoren nach Zustand"),
    .mapOfRange: .init(
      "Only a range was read: sector 0 of this map is sector {0} of the medium.",
      "Gelesen wurde nur ein Bereich: Sektor 0 dieser Karte ist Sektor {0} des Datenträgers."),
    .share: .init("Share", "Anteil"),
    .everySectorRead: .init(
      "No sector range is unreadable or was left out.",
      "Kein Bereich ist unlesbar oder wurde ausgelassen."),
    .notReadCaption: .init(
      "{0} ranges that are not from the medium",
      "{0} Bereiche, die nicht vom Datenträger stammen"),
    .firstSector: .init("First sector", "Erster Sektor"),
    .lastSectorTitle: .init("Last sector", "Letzter Sektor"),
    .effort: .init("Effort", "Aufwand"),
    .fillWords: .init(
      "In the images, {0} stand in the place of what was not read.",
      "In den Abbildern stehen {0} an der Stelle des nicht Gelesenen."),
    .readRate: .init("Read rate", "Lesegeschwindigkeit"),
    .noRate: .init(
      "No read rate is recorded, or too little was read for a curve.",
      "Keine Lesegeschwindigkeit festgehalten, oder zu wenig gelesen für eine Kurve."),
    .rateWords: .init(
      "Slowest {0}, mean {1}, fastest {2}.",
      "Langsamste {0}, im Mittel {1}, schnellste {2}."),
    .rateCaption: .init(
      "How fast the medium was read over its length, as the acquisition got on",
      "Wie schnell der Datenträger gelesen wurde, über seine Länge, im Verlauf der Sicherung"),
  ]
}
