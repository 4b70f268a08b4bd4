"""The same back ends as for the catalogue's own tests."""

from tests.catalog.conftest import catalog, catalog_url, postgres_url

__all__ = ["catalog", "catalog_url", "postgres_url"]
