import CaseRecords
import Evidence
import Formats
import Manifests

extension Manifest.Image {
  /// The format as it is printed.
  var title: String { Formats.title(format) }
}

extension Wording {
  func title(_ type: CustodyEventType) -> String {
    switch type {
    case .collect: self(.custodyCollect)
    case .seal: self(.custodySeal)
    case .receive: self(.custodyReceive)
    case .transfer: self(.custodyTransfer)
    case .store: self(.custodyStore)
    case .retrieve: self(.custodyRetrieve)
    case .open: self(.custodyOpen)
    case .acquire: self(.custodyAcquire)
    case .copy: self(.custodyCopy)
    case .verify: self(.custodyVerify)
    case .access: self(.custodyAccess)
    case .export: self(.custodyExport)
    case .mount: self(.custodyMount)
    case .ship: self(.custodyShip)
    case .return: self(.custodyReturn)
    case .dispose: self(.custodyDispose)
    case .correct: self(.custodyCorrect)
    }
  }

  func title(_ severity: FindingSeverity) -> String {
    switch severity {
    case .note: self(.severityNote)
    case .warning: self(.severityWarning)
    case .failure: self(.severityFailure)
    }
  }

  func title(_ kind: SourceKind) -> String {
    switch kind {
    case .blockDevice: self(.kindDevice)
    case .file: self(.kindFile)
    case .splitFiles: self(.kindSplit)
    case .discImage: self(.kindDisc)
    }
  }

  /// As what something was read from.
  func origin(_ kind: SourceKind) -> String {
    switch kind {
    case .blockDevice: self(.fromDevice)
    case .file: self(.fromFile)
    case .splitFiles: self(.fromSplit)
    case .discImage: self(.fromDisc)
    }
  }

  func title(_ mode: TrackMode) -> String {
    switch mode {
    case .audio: self(.modeAudio)
    case .mode0: self(.mode0)
    case .mode1: self(.mode1)
    case .mode2: self(.mode2)
    case .dvd: self(.modeDVD)
    case .userData: self(.modeUserData)
    }
  }

  func title(_ kind: AttachmentRecord.Kind) -> String {
    switch kind {
    case .photograph: self(.attachedPhotograph)
    case .document: self(.attachedDocument)
    }
  }

  func title(_ fill: FillPattern) -> String {
    switch fill {
    case .byte(0): self(.fillZero)
    case .byte(let byte): self(.fillByte, String(byte, radix: 16))
    case .address: self(.fillAddress)
    }
  }
}
