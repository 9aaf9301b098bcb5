"""What is shown of learned scores: `charts` (sheets, films, lines of the flow) and `page`, which opens with samples beside the data."""
