// EWFWriter
