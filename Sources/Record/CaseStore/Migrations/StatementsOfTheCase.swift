/// Version 4: what is stated of the case itself.
extension Migration {
  static let statementsOfTheCase = Migration(
    version: 4, name: "statements-of-the-case",
    sql: """
      CREATE TABLE case_fact (
        id TEXT NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        value TEXT,
        stated TEXT NOT NULL,
        \(event)
      ) STRICT, WITHOUT ROWID;

      """ + protection(of: "case_fact", where: "old.id = NEW.id"))
}
