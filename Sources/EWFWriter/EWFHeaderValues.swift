import Evidence
import ImageFormats

extension ImageDescription {
  /// Identifiers and values for libewf, without those that are not set.
  ///
  /// A tabulator or line end in a value would shift or cut every later field of the header: control characters
  /// become spaces. Dates are left to the library, which writes them in the right form for each section.
  var ewfHeaderValues: [(String, String)] {
    let values: [(String, String?)] = [
      ("case_number", caseNumber), ("evidence_number", evidenceNumber), ("examiner_name", examiner),
      ("description", description), ("notes", notes), ("model", model), ("serial_number", serialNumber),
      ("acquiry_software_version", software), ("acquiry_operating_system", "Linux"),
    ]
    return values.compactMap { name, value in
      guard let value, !value.isEmpty else { return nil }
      return (name, HumanText.singleLine(value))
    }
  }
}
