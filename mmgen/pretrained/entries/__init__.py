"""One file an asset: where its weights come from, their hashes and licences. Data only, nothing heavy is imported."""
