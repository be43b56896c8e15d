"""Everything beside the keywords that touches Robot Framework, Browser or RequestsLibrary."""
