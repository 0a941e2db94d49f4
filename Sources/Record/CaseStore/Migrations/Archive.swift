/// Version 5: the catalogue of an archive.
extension Migration {
  static let archive = Migration(
    version: 5, name: "archive",
    sql: archiveTables
      + archiveRecordTables.map { protection(of: $0.0, where: $0.1) }.joined())

  private static let archiveTables = """
    CREATE TABLE archive_folder (
      path TEXT NOT NULL PRIMARY KEY,
      added TEXT NOT NULL,
      \(event)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE holding (
      number INTEGER NOT NULL PRIMARY KEY CHECK (number >= 1),
      kind TEXT NOT NULL CHECK (kind IN ('image', 'acquisition', 'case', 'bag', 'file')),
      format TEXT,
      name TEXT NOT NULL,
      added TEXT NOT NULL,
      \(event)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE holding_state (
      holding INTEGER NOT NULL REFERENCES holding(number),
      position INTEGER NOT NULL CHECK (position >= 0),
      presence TEXT NOT NULL CHECK (presence IN ('present', 'missing', 'forgotten')),
      path TEXT NOT NULL,
      medium TEXT,
      size INTEGER NOT NULL CHECK (size >= 0),
      files TEXT NOT NULL,
      \(sha256("fingerprint")),
      seen TEXT NOT NULL,
      \(event),
      PRIMARY KEY (holding, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE holding_fact (
      holding INTEGER NOT NULL REFERENCES holding(number),
      position INTEGER NOT NULL CHECK (position >= 0),
      name TEXT NOT NULL,
      value TEXT,
      stated TEXT NOT NULL,
      \(event),
      PRIMARY KEY (holding, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE holding_reference (
      holding INTEGER NOT NULL REFERENCES holding(number),
      position INTEGER NOT NULL CHECK (position >= 0),
      algorithm TEXT NOT NULL,
      value TEXT NOT NULL CHECK (value NOT GLOB '*[^0-9a-f]*'),
      scope TEXT NOT NULL CHECK (scope IN ('file', 'segment', 'contents', 'pieces', 'unknown')),
      target TEXT,
      kind TEXT NOT NULL,
      origin TEXT NOT NULL,
      origin_sha256 TEXT,
      line INTEGER CHECK (line >= 1),
      tool TEXT,
      bound TEXT NOT NULL,
      stated TEXT NOT NULL,
      \(event),
      PRIMARY KEY (holding, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE archive_run (
      id TEXT NOT NULL PRIMARY KEY,
      started TEXT NOT NULL,
      level TEXT NOT NULL CHECK (level IN ('structure', 'chunks', 'full')),
      selection TEXT NOT NULL,
      holdings TEXT NOT NULL,
      sampled_from INTEGER CHECK (sampled_from >= 0),
      seed TEXT,
      \(event)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE archive_run_end (
      run TEXT NOT NULL PRIMARY KEY REFERENCES archive_run(id),
      ended TEXT NOT NULL,
      \(event)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE holding_check (
      holding INTEGER NOT NULL REFERENCES holding(number),
      position INTEGER NOT NULL CHECK (position >= 0),
      run TEXT NOT NULL REFERENCES archive_run(id),
      started TEXT NOT NULL,
      ended TEXT NOT NULL,
      level TEXT NOT NULL CHECK (level IN ('structure', 'chunks', 'full')),
      verdict TEXT NOT NULL,
      reading TEXT NOT NULL CHECK (reading IN ('direct', 'dropped', 'none')),
      bytes INTEGER NOT NULL CHECK (bytes >= 0),
      compared INTEGER NOT NULL CHECK (compared >= 0),
      findings INTEGER NOT NULL CHECK (findings >= 0),
      \(event),
      PRIMARY KEY (holding, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE holding_finding (
      holding INTEGER NOT NULL,
      checked INTEGER NOT NULL,
      position INTEGER NOT NULL CHECK (position >= 0),
      code TEXT NOT NULL,
      severity TEXT NOT NULL CHECK (severity IN ('note', 'warning', 'failure')),
      subject TEXT NOT NULL,
      expected TEXT,
      observed TEXT,
      first_sector INTEGER CHECK (first_sector >= 0),
      sector_count INTEGER CHECK (sector_count >= 0),
      \(event),
      PRIMARY KEY (holding, checked, position),
      FOREIGN KEY (holding, checked) REFERENCES holding_check(holding, position)
    ) STRICT, WITHOUT ROWID;

    CREATE INDEX holding_state_path ON holding_state(path);
    CREATE INDEX holding_state_fingerprint ON holding_state(fingerprint);
    CREATE INDEX holding_reference_value ON holding_reference(value);
    CREATE INDEX holding_check_run ON holding_check(run);

    """

  /// Tables with the conditions under which an existing row `old` would stand in the way of `NEW`.
  private static let archiveRecordTables = [
    ("archive_folder", "old.path = NEW.path"),
    ("holding", "old.number = NEW.number"),
    ("holding_state", "old.holding = NEW.holding AND old.position = NEW.position"),
    ("holding_fact", "old.holding = NEW.holding AND old.position = NEW.position"),
    ("holding_reference", "old.holding = NEW.holding AND old.position = NEW.position"),
    ("archive_run", "old.id = NEW.id"),
    ("archive_run_end", "old.run = NEW.run"),
    ("holding_check", "old.holding = NEW.holding AND old.position = NEW.position"),
    (
      "holding_finding",
      "old.holding = NEW.holding AND old.checked = NEW.checked AND old.position = NEW.position"
    ),
  ]
}
