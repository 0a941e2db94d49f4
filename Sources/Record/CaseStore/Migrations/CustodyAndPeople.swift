/// Version 2: what people can prove, states of the case, facts about items, legal authority, what belongs to a
/// custody event besides its first columns, attachments, and signatures of events.
///
/// The tables of version 1 stay as they are: an event of the log repeats exactly the columns its row was written
/// with, so that what is new has tables of its own.
extension Migration {
  static let custodyAndPeople = Migration(
    version: 2, name: "custody-and-people",
    sql: newTables + newRecordTables.map { protection(of: $0, where: $1) }.joined())

  private static let newTables = """
    CREATE TABLE person_credential (
      id TEXT NOT NULL PRIMARY KEY,
      person TEXT NOT NULL REFERENCES person(id),
      qualifications TEXT,
      certificate TEXT,
      fingerprint TEXT CHECK (length(fingerprint) = 64 AND fingerprint NOT GLOB '*[^0-9a-f]*'),
      stated TEXT NOT NULL,
      \(event),
      CHECK ((certificate IS NULL) = (fingerprint IS NULL))
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE case_state (
      id TEXT NOT NULL PRIMARY KEY,
      state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'archived')),
      reason TEXT,
      changed TEXT NOT NULL,
      \(event)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE sub_item (
      item TEXT NOT NULL PRIMARY KEY REFERENCES evidence_item(number),
      parent TEXT NOT NULL REFERENCES evidence_item(number),
      \(event),
      CHECK (item <> parent)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE item_fact (
      id TEXT NOT NULL PRIMARY KEY,
      item TEXT NOT NULL REFERENCES evidence_item(number),
      name TEXT NOT NULL,
      value TEXT,
      stated TEXT NOT NULL,
      \(event)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE legal_authority (
      id TEXT NOT NULL PRIMARY KEY,
      item TEXT REFERENCES evidence_item(number),
      kind TEXT NOT NULL,
      reference TEXT NOT NULL,
      scope TEXT,
      expires TEXT,
      stated TEXT NOT NULL,
      \(event)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE custody_detail (
      custody TEXT NOT NULL PRIMARY KEY REFERENCES custody_event(id),
      utc_offset INTEGER CHECK (utc_offset BETWEEN -1440 AND 1440),
      environment TEXT,
      images TEXT CHECK (images IN ('verified', 'none', 'not-verified')),
      verification TEXT REFERENCES verification(id),
      reason TEXT,
      corrected_time TEXT,
      withdraws INTEGER NOT NULL CHECK (withdraws IN (0, 1)),
      \(event)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE attachment (
      id TEXT NOT NULL PRIMARY KEY,
      item TEXT NOT NULL REFERENCES evidence_item(number),
      custody TEXT REFERENCES custody_event(id),
      kind TEXT NOT NULL CHECK (kind IN ('photograph', 'document')),
      name TEXT NOT NULL,
      size INTEGER NOT NULL CHECK (size >= 0),
      \(sha256("sha256")),
      added TEXT NOT NULL,
      \(event)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE event_signature (
      id TEXT NOT NULL PRIMARY KEY,
      signed_event INTEGER NOT NULL REFERENCES audit_event(sequence),
      person TEXT NOT NULL REFERENCES person(id),
      \(sha256("fingerprint")),
      signature TEXT NOT NULL CHECK (signature NOT GLOB '*[^0-9a-f]*'),
      made TEXT NOT NULL,
      \(event),
      CHECK (signed_event < event)
    ) STRICT, WITHOUT ROWID;

    CREATE INDEX person_credential_person ON person_credential(person);
    CREATE INDEX sub_item_parent ON sub_item(parent);
    CREATE INDEX item_fact_item ON item_fact(item);
    CREATE INDEX legal_authority_item ON legal_authority(item);
    CREATE INDEX attachment_item ON attachment(item);
    CREATE INDEX event_signature_signed ON event_signature(signed_event);

    """

  /// Tables with the conditions under which an existing row `old` would stand in the way of `NEW`.
  private static let newRecordTables = [
    ("person_credential", "old.id = NEW.id"),
    ("case_state", "old.id = NEW.id"),
    ("sub_item", "old.item = NEW.item"),
    ("item_fact", "old.id = NEW.id"),
    ("legal_authority", "old.id = NEW.id"),
    ("custody_detail", "old.custody = NEW.custody"),
    ("attachment", "old.id = NEW.id"),
    ("event_signature", "old.id = NEW.id"),
  ]
}
