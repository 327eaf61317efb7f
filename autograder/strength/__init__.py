"""How strong the checks are: planted mistakes and correct variants."""
