/// How far a report is.
package struct ReportProgress: Sendable {
  /// Formats that are written, and all there are.
  package let done: Int
  package let count: Int
  /// The one that is made.
  package let format: ReportFormat
  /// Number of the page that is being laid out, from 1.
  package var page: Int?
}
