"""Jobs over a storage account that fails: its proxy, the jobs, and what they must leave."""
