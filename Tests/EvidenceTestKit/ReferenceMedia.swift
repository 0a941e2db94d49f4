import ReferenceMedia

// Media that `exhibit validate` and the tests both use.
package typealias FaultySource = ReferenceMedia.FaultySource
package typealias StampedContents = ReferenceMedia.StampedContents
package typealias EWFSegmentMap = ReferenceMedia.EWFSegmentMap
