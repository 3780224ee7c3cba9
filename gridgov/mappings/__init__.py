"""The mappings that come with gridgov, one TOML file each; gridgov.domain.mapping_file reads them. Data only."""
