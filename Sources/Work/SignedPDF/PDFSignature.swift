import Evidence
import Signing

/// Signs PDF inside, so that viewers show it: PAdES B-B, with a time stamp B-T (ETSI EN 319 142-1). Every signature is
/// an update behind the bytes of the one before.
package struct PDFSignature {
  package struct Signed: Sendable {
    package let bytes: [UInt8]
    /// An authority has stamped the signature: B-T, otherwise B-B.
    package let isStamped: Bool
    /// Why a time stamp was asked for and is not in it.
    package let failure: EvidenceError?
  }

  /// Asks an authority for a time stamp of these bytes.
  package typealias Stamp = (_ value: [UInt8]) throws(EvidenceError) -> TimestampToken

  /// Bytes of a signature besides its certificates and its time stamp.
  private static let room = 4096
  /// Bytes of a time stamp, of which 4000 to 8000 are usual.
  private static let stampRoom = 24 << 10

  private let file: PDFFile
  private let catalog: PDFDictionary
  private let form: PDFDictionary
  /// Fields of its form that are there: signatures, since a report has no others.
  private let fields: [PDFObject]

  /// - Parameters:
  ///   - name: of the file, for errors.
  /// - Throws: `reportFailed` for what is no PDF as WeasyPrint or this type writes it.
  package init(_ pdf: [UInt8], name: String) throws(EvidenceError) {
    do throws(PDFProblem) {
      file = try PDFFile(pdf)
      catalog = try file.dictionary(file.trailer["Root"], "its catalog")
      form =
        catalog["AcroForm"] == nil ? PDFDictionary() : try file.dictionary(catalog["AcroForm"], "its form")
      fields = try file.elements(form["Fields"], "its form")
    } catch {
      throw EvidenceError(.reportFailed, name, "this PDF cannot be signed inside: \(error.reason)")
    }
  }

  /// How many signatures are in it.
  package var count: Int { fields.count }

  /// Language of the document, such as `en`; empty where none is stated.
  package var language: String {
    guard case .plain(let text) = catalog["Lang"] else { return "" }
    return text.filter(\.isLetter).prefix(2).lowercased()
  }

  /// The PDF with a further signature over all bytes but those of the signature itself.
  /// - Parameters:
  ///   - reason: for what it is signed, as a viewer shows it.
  ///   - time: the time the signer states.
  ///   - stamp: `nil` where no authority is asked. Where it fails, the PDF is signed without a time stamp.
  /// - Throws: `reportFailed`, `cryptographyFailed`.
  package func add(
    by identity: SigningIdentity, reason: String, at time: Timestamp, name: String, stamp: Stamp?
  ) throws(EvidenceError) -> Signed {
    let certificates = ([identity.certificate] + identity.chain).reduce(0) { $0 + $1.der.count }
    let space = Self.room + certificates + (stamp == nil ? 0 : Self.stampRoom)
    let prepared: Prepared
    do throws(PDFProblem) { prepared = try prepare(identity, reason, time, space: space) } catch {
      throw EvidenceError(.reportFailed, name, "this PDF cannot be signed inside: \(error.reason)")
    }
    let plain = try identity.signInside(prepared.signedBytes)
    var (signature, failure): ([UInt8], EvidenceError?) = (plain, nil)
    if let stamp {
      do throws(EvidenceError) { signature = try Self.stamped(plain, space, stamp) } catch { failure = error }
    }
    guard let bytes = prepared.holding(signature) else {
      throw EvidenceError(.reportFailed, name, "the signature has more than \(space) bytes")
    }
    return Signed(bytes: bytes, isStamped: stamp != nil && failure == nil, failure: failure)
  }

  private static func stamped(
    _ signature: [UInt8], _ space: Int, _ stamp: Stamp
  ) throws(EvidenceError) -> [UInt8] {
    var assembly = try SignatureAssembly(signature, name: "signature")
    guard let value = assembly.values.first else { return signature }
    assembly.add(try stamp(value), toSignerOf: value)
    let stamped = assembly.der
    guard stamped.count <= space else {
      throw EvidenceError(.timestampRefused, "time stamp", "it is too large for the room in a PDF")
    }
    return stamped
  }

  // MARK: The update

  private func prepare(
    _ identity: SigningIdentity, _ reason: String, _ time: Timestamp, space: Int
  ) throws(PDFProblem) -> Prepared {
    var update = PDFUpdate(of: file)
    let page = try file.firstPage(of: catalog)
    let signature = update.newObject()
    let field = update.newObject()
    let holder = identity.certificate.commonName
    update.write(Prepared.dictionary(holder: holder, reason: reason, time: time, space: space), as: signature)
    // Without extent it is outside of what is read aloud, and needs no place in the structure of PDF/UA.
    let widget = PDFDictionary([
      ("Type", .plain("/Annot")), ("Subtype", .plain("/Widget")), ("FT", .plain("/Sig")),
      ("T", .plain("(Signature\(fields.count + 1))")), ("TU", .text("\(reason): \(holder)")),
      ("V", signature),
      ("P", page), ("Rect", .plain("[ 0 0 0 0 ]")), ("F", .plain("132")),
    ])
    update.write(widget.text, as: field)
    var changed = try file.dictionary(page, "a page")
    changed["Annots"] = .array(try file.elements(changed["Annots"], "annotations") + [field])
    update.write(changed.text, as: page)
    var (root, form) = (catalog, form)
    form["Fields"] = .array(fields + [field])
    form["SigFlags"] = .plain("3")
    root["AcroForm"] = .dictionary(form)
    guard let place = file.trailer["Root"] else { throw PDFProblem("its catalog is missing") }
    update.write(root.text, as: place)
    return try Prepared(update.bytes(), from: file.bytes.count, space: space)
  }
}

/// A PDF with room for a signature, and which bytes it is of.
private struct Prepared {
  private var bytes: [UInt8]
  /// The room with its brackets.
  private let gap: Range<Int>

  /// Digits of a number in the range of bytes.
  private static let width = 12
  private static let range = "/ByteRange "
  private static let contents = "/Contents <"

  /// The dictionary of a signature with nothing in it yet (ISO 32000-1, 12.8.1).
  static func dictionary(holder: String, reason: String, time: Timestamp, space: Int) -> String {
    let date = time.description.filter(\.isNumber).prefix(14)
    let zeros = String(repeating: "0", count: 2 * space)
    return """
      <<
      /Type /Sig
      /Filter /Adobe.PPKLite
      /SubFilter /ETSI.CAdES.detached
      /Name \(PDFObject.text(holder).text)
      /Reason \(PDFObject.text(reason).text)
      /M (D:\(date)Z)
      \(range)\(Self.range([0, 0, 0, 0]))
      \(contents)\(zeros)>
      >>
      """
  }

  private static func range(_ numbers: [Int]) -> String {
    let text = "[ \(numbers.map(String.init).joined(separator: " ")) ]"
    return text + String(repeating: " ", count: max(0, 4 * width + 4 - text.count))
  }

  /// - Parameter start: where the update begins.
  init(_ bytes: [UInt8], from start: Int, space: Int) throws(PDFProblem) {
    func place(_ text: String) -> Int? {
      (start..<bytes.count - text.utf8.count).last { bytes[$0...].starts(with: text.utf8) }
    }
    guard let range = place(Self.range), let contents = place(Self.contents) else {
      throw PDFProblem("no room for the signature was made")
    }
    let open = contents + Self.contents.utf8.count - 1
    gap = open..<open + 2 * space + 2
    self.bytes = bytes
    let numbers = Self.range([0, gap.lowerBound, gap.upperBound, bytes.count - gap.upperBound])
    let first = range + Self.range.utf8.count
    self.bytes.replaceSubrange(first..<first + numbers.utf8.count, with: numbers.utf8)
  }

  var signedBytes: [UInt8] { Array(bytes[..<gap.lowerBound] + bytes[gap.upperBound...]) }

  /// The whole file; `nil` where the signature has no room.
  func holding(_ signature: [UInt8]) -> [UInt8]? {
    let digits = Array(Hex.encode(signature).utf8)
    guard digits.count <= gap.count - 2 else { return nil }
    var result = bytes
    result.replaceSubrange(gap.lowerBound + 1..<gap.lowerBound + 1 + digits.count, with: digits)
    return result
  }
}
