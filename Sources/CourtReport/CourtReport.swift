// CourtReport
