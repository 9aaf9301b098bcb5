"""What is shown of learned laws: `charts` (training, windows, filters, leagues) and `page`, which opens with what the networks say."""
