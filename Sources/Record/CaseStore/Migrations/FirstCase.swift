/// Version 1: case, people, evidence items, acquisitions, custody, verifications, reports, audit log.
///
/// Every table is append-only: what ends later (an acquisition) has a table of its own for the end. A row is
/// written together with the audit event that `event` names and that repeats it in full. Triggers refuse the
/// rest; as REPLACE deletes without firing DELETE triggers, the INSERT trigger refuses a key that exists.
/// Tables have no rowid, so that a row cannot be replaced through it either.
extension Migration {
  static let firstCase = Migration(version: 1, name: "first-case", sql: firstTables + firstTriggers)

  /// A column that holds a SHA-256 in lower-case hexadecimal.
  static func sha256(_ column: String) -> String {
    "\(column) TEXT NOT NULL CHECK (length(\(column)) = 64 AND \(column) NOT GLOB '*[^0-9a-f]*')"
  }

  /// The column that names the audit event a row was written with.
  static let event = "event INTEGER NOT NULL REFERENCES audit_event(sequence)"

  private static let firstTables = """
    CREATE TABLE audit_event (
      sequence INTEGER PRIMARY KEY CHECK (sequence >= 1),
      event TEXT NOT NULL,
      \(sha256("digest"))
    ) STRICT;

    CREATE TABLE person (
      id TEXT NOT NULL PRIMARY KEY,
      name TEXT NOT NULL,
      role TEXT,
      organisation TEXT,
      identifier TEXT,
      \(event)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE case_record (
      id TEXT NOT NULL PRIMARY KEY,
      number TEXT NOT NULL,
      title TEXT NOT NULL,
      examiner TEXT NOT NULL REFERENCES person(id),
      organisation TEXT,
      created TEXT NOT NULL,
      \(event)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE evidence_item (
      number TEXT NOT NULL PRIMARY KEY,
      description TEXT NOT NULL,
      serial TEXT,
      remarks TEXT,
      created TEXT NOT NULL,
      \(event)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE acquisition (
      id TEXT NOT NULL PRIMARY KEY,
      item TEXT NOT NULL REFERENCES evidence_item(number),
      name TEXT NOT NULL UNIQUE,
      folder TEXT NOT NULL,
      source_path TEXT NOT NULL,
      source_kind TEXT NOT NULL,
      length INTEGER NOT NULL CHECK (length >= 0),
      sector_size INTEGER NOT NULL CHECK (sector_size > 0),
      started TEXT NOT NULL,
      \(event)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE acquisition_result (
      acquisition TEXT NOT NULL PRIMARY KEY REFERENCES acquisition(id),
      ended TEXT NOT NULL,
      verdict TEXT NOT NULL CHECK (verdict IN ('complete', 'completeWithUnreadable', 'incomplete')),
      unreadable_sectors INTEGER CHECK (unreadable_sectors >= 0),
      reason TEXT,
      manifest_digest TEXT,
      \(event)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE image (
      acquisition TEXT NOT NULL REFERENCES acquisition(id),
      position INTEGER NOT NULL CHECK (position >= 0),
      format TEXT NOT NULL,
      length INTEGER NOT NULL CHECK (length >= 0),
      \(event),
      PRIMARY KEY (acquisition, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE segment (
      acquisition TEXT NOT NULL,
      image INTEGER NOT NULL,
      position INTEGER NOT NULL CHECK (position >= 0),
      name TEXT NOT NULL,
      size INTEGER NOT NULL CHECK (size >= 0),
      \(sha256("sha256")),
      \(event),
      PRIMARY KEY (acquisition, image, position),
      FOREIGN KEY (acquisition, image) REFERENCES image(acquisition, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE digest (
      acquisition TEXT NOT NULL REFERENCES acquisition(id),
      stream TEXT NOT NULL,
      algorithm TEXT NOT NULL,
      hex TEXT NOT NULL CHECK (hex NOT GLOB '*[^0-9a-f]*'),
      \(event),
      PRIMARY KEY (acquisition, stream, algorithm)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE verification (
      id TEXT NOT NULL PRIMARY KEY,
      subject TEXT NOT NULL,
      item TEXT REFERENCES evidence_item(number),
      started TEXT NOT NULL,
      ended TEXT NOT NULL,
      verdict TEXT NOT NULL,
      findings INTEGER NOT NULL CHECK (findings >= 0),
      \(event)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE finding (
      verification TEXT NOT NULL REFERENCES verification(id),
      position INTEGER NOT NULL CHECK (position >= 0),
      code TEXT NOT NULL,
      severity TEXT NOT NULL CHECK (severity IN ('note', 'warning', 'failure')),
      subject TEXT NOT NULL,
      expected TEXT,
      observed TEXT,
      first_sector INTEGER CHECK (first_sector >= 0),
      sector_count INTEGER CHECK (sector_count >= 0),
      \(event),
      PRIMARY KEY (verification, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE report (
      id TEXT NOT NULL PRIMARY KEY,
      item TEXT NOT NULL REFERENCES evidence_item(number),
      path TEXT NOT NULL,
      \(sha256("sha256")),
      made TEXT NOT NULL,
      \(event)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE custody_event (
      id TEXT NOT NULL PRIMARY KEY,
      item TEXT NOT NULL REFERENCES evidence_item(number),
      type TEXT NOT NULL CHECK (type IN ('collect', 'seal', 'receive', 'transfer', 'store', 'retrieve', 'open',
        'acquire', 'copy', 'verify', 'access', 'export', 'mount', 'ship', 'return', 'dispose', 'correct')),
      occurred TEXT NOT NULL,
      recorded TEXT NOT NULL,
      place TEXT,
      released_by TEXT REFERENCES person(id),
      received_by TEXT REFERENCES person(id),
      witness TEXT REFERENCES person(id),
      purpose TEXT,
      authority TEXT,
      method TEXT,
      seal_before TEXT,
      seal_after TEXT,
      condition TEXT,
      storage TEXT,
      remarks TEXT,
      corrects TEXT REFERENCES custody_event(id),
      \(event)
    ) STRICT, WITHOUT ROWID;

    CREATE INDEX acquisition_item ON acquisition(item);
    CREATE INDEX custody_event_item ON custody_event(item);
    CREATE INDEX verification_item ON verification(item);
    CREATE INDEX report_item ON report(item);

    """

  /// Tables with the conditions under which an existing row `old` would stand in the way of `NEW`.
  private static let recordTables = [
    ("person", "old.id = NEW.id"),
    ("case_record", "true"),
    ("evidence_item", "old.number = NEW.number"),
    ("acquisition", "old.id = NEW.id OR old.name = NEW.name"),
    ("acquisition_result", "old.acquisition = NEW.acquisition"),
    ("image", "old.acquisition = NEW.acquisition AND old.position = NEW.position"),
    (
      "segment",
      "old.acquisition = NEW.acquisition AND old.image = NEW.image AND old.position = NEW.position"
    ),
    (
      "digest",
      "old.acquisition = NEW.acquisition AND old.stream = NEW.stream AND old.algorithm = NEW.algorithm"
    ),
    ("verification", "old.id = NEW.id"),
    ("finding", "old.verification = NEW.verification AND old.position = NEW.position"),
    ("report", "old.id = NEW.id"),
    ("custody_event", "old.id = NEW.id"),
  ]

  private static var firstTriggers: String {
    // Canonical JSON has its keys in order, so that the end of an event is known. SQLite's JSON functions are
    // not allowed here while `trusted_schema` is off.
    var sql = """
      CREATE TRIGGER audit_event_insert BEFORE INSERT ON audit_event BEGIN
        SELECT RAISE(ABORT, 'audit_event: events are only appended')
          WHERE NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM audit_event);
        SELECT RAISE(ABORT, 'audit_event: an event names its number and the digest of the one before it')
          WHERE NEW.event NOT GLOB '{*"previous":"' || coalesce(
            (SELECT digest FROM audit_event ORDER BY sequence DESC LIMIT 1), printf('%064d', 0))
            || '","sequence":' || NEW.sequence || ',"time":"???????????????????????????"}';
      END;

      """
    sql += refusal(on: "audit_event")
    for (table, conflict) in recordTables { sql += protection(of: table, where: conflict) }
    return sql
  }

  /// Makes a table of records append-only, each row written with its audit event.
  /// - Parameter conflict: the condition under which an existing row `old` would stand in the way of `NEW`.
  static func protection(of table: String, where conflict: String) -> String {
    """
    CREATE INDEX \(table)_event ON \(table)(event);
    CREATE TRIGGER \(table)_insert BEFORE INSERT ON \(table) BEGIN
      SELECT RAISE(ABORT, '\(table): records are only appended')
        WHERE EXISTS (SELECT 1 FROM \(table) AS old WHERE \(conflict));
      SELECT RAISE(ABORT, '\(table): a record is written with its audit event')
        WHERE NEW.event IS NOT (SELECT max(sequence) FROM audit_event);
    END;

    """ + refusal(on: table)
  }

  private static func refusal(on table: String) -> String {
    ["update", "delete"].map { action in
      """
      CREATE TRIGGER \(table)_\(action) BEFORE \(action.uppercased()) ON \(table) BEGIN
        SELECT RAISE(ABORT, '\(table): \(action) is refused');
      END;

      """
    }.joined()
  }
}
