import ArgumentParser

/// A command whose result lies on disk, in the case or beside it, when it is done. That nobody could read what it says
/// then does not undo it: whoever took it for failed would do it again.
protocol KeepsItsResult: ParsableCommand {}

extension AcquireCommand: KeepsItsResult {}
extension ResumeCommand: KeepsItsResult {}
extension ImageCommand: KeepsItsResult {}
extension ConvertCommand: KeepsItsResult {}
extension RecoverCommand: KeepsItsResult {}
extension MakeISOCommand: KeepsItsResult {}
extension DiscExtractCommand: KeepsItsResult {}
extension ProveCommand: KeepsItsResult {}
extension ExportCommand: KeepsItsResult {}
extension ImportCommand: KeepsItsResult {}

extension CaseCreateCommand: KeepsItsResult {}
extension CaseDescribeCommand: KeepsItsResult {}
extension CaseCloseCommand: KeepsItsResult {}
extension CaseArchiveCommand: KeepsItsResult {}
extension CaseReopenCommand: KeepsItsResult {}
extension CaseRebuildCommand: KeepsItsResult {}
extension CaseBackupCommand: KeepsItsResult {}
extension CaseRestoreCommand: KeepsItsResult {}
extension CaseExportCommand: KeepsItsResult {}
extension CaseImportCommand: KeepsItsResult {}

extension ItemAddCommand: KeepsItsResult {}
extension ItemDescribeCommand: KeepsItsResult {}
extension PersonAddCommand: KeepsItsResult {}
extension AuthorityRecordCommand: KeepsItsResult {}
extension CustodyRecordCommand: KeepsItsResult {}
extension CustodySignCommand: KeepsItsResult {}
extension AuditCheckpointCommand: KeepsItsResult {}

extension ReportMakeCommand: KeepsItsResult {}
extension ReportApproveCommand: KeepsItsResult {}
extension ManifestSignCommand: KeepsItsResult {}
extension ManifestTimestampCommand: KeepsItsResult {}
extension ManifestCheckpointCommand: KeepsItsResult {}
extension KeyCreateCommand: KeepsItsResult {}
extension KeyImportCommand: KeepsItsResult {}
extension SetupMakeCommand: KeepsItsResult {}
extension EquipmentAddCommand: KeepsItsResult {}
extension EquipmentRemoveCommand: KeepsItsResult {}
extension AcquisitionMarkCommand: KeepsItsResult {}
extension AuditExportCommand: KeepsItsResult {}
extension CertificateCommand: KeepsItsResult {}
extension ItemLabelCommand: KeepsItsResult {}
extension KeyIssueCommand: KeepsItsResult {}
extension KeyRequestCommand: KeepsItsResult {}
extension ReportTemplatesCommand: KeepsItsResult {}
extension ValidateCommand: KeepsItsResult {}

extension ArchiveAddCommand: KeepsItsResult {}
extension ArchiveScanCommand: KeepsItsResult {}
extension ArchiveDescribeCommand: KeepsItsResult {}
extension ArchiveForgetCommand: KeepsItsResult {}
extension ArchiveVerifyCommand: KeepsItsResult {}
