/// A part of what somebody asked for, by a stable word. How a command line spells it is not known here.
package enum RequestField: String, Hashable, Sendable, CaseIterable {
  case acquisition
  case again
  case clockOffset = "clock-offset"
  case compression
  case corrects
  case errorGranularity = "error-granularity"
  case event
  case expires
  case format
  case key
  case length
  case logical
  case map
  case mediaType = "media-type"
  case output
  case overflowTo = "overflow-to"
  case copy
  case copyTo = "copy-to"
  case renew
  case request
  case report
  case reviewer
  case sectorSize = "sector-size"
  case sectors
  case sectorsPerChunk = "sectors-per-chunk"
  case segmentSize = "segment-size"
  case seizedAt = "seized-at"
  case session
  case shard
  case shards
  case sign
  case split
  case start
  case tag
  case takenAs = "as"
  case text
  case time
  case timeZone = "time-zone"
  case to
  case track
  case tree
  case trust
  case unencryptedKey = "unencrypted-key"
  case unverified
  case validation
  case volume
  case wholeSectors = "whole-sectors"
  case withdraw
  case writeBlocker = "write-blocker"
}
