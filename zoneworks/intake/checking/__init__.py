"""The claim checker: each number of a draft beside what the ledger says."""
