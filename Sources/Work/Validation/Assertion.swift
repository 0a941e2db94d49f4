/// The assertions of NIST's Digital Data Acquisition Tool Test Assertions and Test Plan, by their identifiers.
///
/// `requirement` puts each into words of our own: compare with the published document before quoting one.
package enum Assertion: String, Hashable, Sendable, CaseIterable {
  // mandatory
  case am01 = "DA-AM-01"
  case am02 = "DA-AM-02"
  case am03 = "DA-AM-03"
  case am04 = "DA-AM-04"
  case am05 = "DA-AM-05"
  case am06 = "DA-AM-06"
  case am07 = "DA-AM-07"
  case am08 = "DA-AM-08"
  case am09 = "DA-AM-09"
  case am10 = "DA-AM-10"
  // of features a tool may offer
  case ao01 = "DA-AO-01"
  case ao02 = "DA-AO-02"
  case ao03 = "DA-AO-03"
  case ao04 = "DA-AO-04"
  case ao05 = "DA-AO-05"
  case ao06 = "DA-AO-06"
  case ao07 = "DA-AO-07"
  case ao08 = "DA-AO-08"
  case ao09 = "DA-AO-09"
  case ao10 = "DA-AO-10"
  case ao11 = "DA-AO-11"
  case ao12 = "DA-AO-12"
  case ao13 = "DA-AO-13"
  case ao14 = "DA-AO-14"
  case ao15 = "DA-AO-15"
  case ao16 = "DA-AO-16"
  case ao17 = "DA-AO-17"
  case ao18 = "DA-AO-18"
  case ao19 = "DA-AO-19"
  case ao20 = "DA-AO-20"
  case ao21 = "DA-AO-21"
  case ao22 = "DA-AO-22"
  case ao23 = "DA-AO-23"
  case ao24 = "DA-AO-24"

  /// What must hold, as a sentence.
  package var requirement: String {
    switch self {
    case .am01: "The source is read through each access interface that is claimed."
    case .am02: "Each kind of digital source that is claimed is acquired."
    case .am03: "The program runs in each environment that is claimed."
    case .am04: "Where a clone is asked for, a clone is made."
    case .am05: "Where an image is asked for, it is made on each kind of file system that is claimed."
    case .am06: "All visible sectors are acquired, the last one included."
    case .am07: "All hidden sectors are acquired, where that is claimed."
    case .am08: "Every acquired sector is accurate and lies at its own address."
    case .am09: "The user is told the kind and the place of every read error that remained."
    case .am10: "A sector that could not be read is replaced by a benign fill, and no other sector is."
    case .ao01: "An image represents the same data as was acquired."
    case .ao02: "The image has the format that was asked for."
    case .ao03: "The user is told where the image could not be written."
    case .ao04: "The user is told where there is not enough space for the image."
    case .ao05: "No file of an image in several files is larger than asked for."
    case .ao06: "The check of an image that is unchanged says that it is."
    case .ao07: "The check of an image that was changed says that it was."
    case .ao08: "The check of an image that was changed says where."
    case .ao09: "An image converted into another format holds the same data."
    case .ao10: "An image that fills one destination is continued on another."
    case .ao11: "A clone is made while acquiring, where asked for."
    case .ao12: "A clone is made from an image, where asked for."
    case .ao13: "A clone is written through each access interface that is claimed."
    case .ao14: "In an unaligned clone each sector lies at the address it had."
    case .ao15: "In an aligned clone the spans keep their places relative to each other."
    case .ao16: "Where a part of the medium is asked for, all of that part is acquired, and nothing else."
    case .ao17: "Excess sectors of a clone's medium are left as they are, where asked for."
    case .ao18: "Excess sectors of a clone's medium are filled, where asked for."
    case .ao19: "A clone on a medium that is too small uses all of it."
    case .ao20: "The user is told that a clone was cut short."
    case .ao21: "The user is told where a clone could not be written."
    case .ao22: "Block digests are those of blocks of the stated size."
    case .ao23: "Everything that is logged is accurate."
    case .ao24: "The source is not changed."
    }
  }

  /// Why it does not apply; `nil` where Exhibit claims it.
  package var notClaimed: String? {
    switch self {
    case .am04, .ao11, .ao12, .ao13, .ao14, .ao15, .ao17, .ao18, .ao19, .ao20, .ao21:
      "Exhibit makes images, not clones: it never writes to a device."
    case .am07: "Exhibit reads the sectors a device shows; it does not open hidden areas (HPA, DCO)."
    default: nil
    }
  }
}
